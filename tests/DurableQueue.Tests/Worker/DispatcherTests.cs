using DurableQueue.Conformance;
using DurableQueue.Storage;
using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class DispatcherTests : IDisposable
{
    private readonly Dispatcher dispatcher = new();

    public void Dispose() => dispatcher.Dispose();

    [Fact]
    public async Task Post_ManyFromManyThreads_RunsEachOnce()
    {
        var counts = new int[10_000];
        using var left = new CountdownEvent(counts.Length);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(part => Task.Run(() =>
        {
            for (var i = part; i < counts.Length; i += 4)
            {
                var index = i;
                dispatcher.Post(() =>
                {
                    Interlocked.Increment(ref counts[index]);
                    left.Signal();
                });
            }
        })));

        Assert.True(left.Wait(TestHost.Limit));
        Assert.All(counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Post_ItemsThatWaitForLaterOnes_AllRun()
    {
        using var barrier = new CountdownEvent(40);
        using var ran = new CountdownEvent(40);
        for (var i = 0; i < 40; i++)
        {
            dispatcher.Post(() =>
            {
                // As code of the application may: it blocks until all others have started.
                barrier.Signal();
                barrier.Wait(TestHost.Limit);
                ran.Signal();
            });
        }

        Assert.True(ran.Wait(TestHost.Limit));
    }

    [Fact]
    public void Post_ItemThatSetsAnAsyncLocal_IsNotSeenByTheNext()
    {
        var local = new AsyncLocal<bool>();
        var seen = 0;
        using var ran = new CountdownEvent(1_000);
        for (var i = 0; i < 1_000; i++)
        {
            dispatcher.Post(() =>
            {
                Interlocked.Add(ref seen, local.Value ? 1 : 0);
                local.Value = true;
                ran.Signal();
            });
        }

        Assert.True(ran.Wait(TestHost.Limit));
        Assert.Equal(0, seen);
    }

    [Fact]
    public void Timer_SetAgain_FiresOnceAtItsLastTime()
    {
        var time = dispatcher.Over(TimeProvider.System);
        using var fired = new CountdownEvent(2);
        using var late = time.CreateTimer(_ => fired.Signal(), null, TimeSpan.FromDays(300), Timeout.InfiniteTimeSpan);
        using var never = time.CreateTimer(_ => fired.Signal(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        using var gone = time.CreateTimer(_ => fired.Signal(), null, TimeSpan.FromMilliseconds(30), Timeout.InfiniteTimeSpan);
        gone.Dispose();

        late.Change(TimeSpan.FromMilliseconds(30), Timeout.InfiniteTimeSpan);
        using var soon = time.CreateTimer(_ => fired.Signal(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        Assert.True(fired.Wait(TestHost.Limit));
    }

    [Fact]
    public void Timer_WithAPeriod_FiresAgainUntilItIsDisposed()
    {
        var fired = new SemaphoreSlim(0);
        using var timer = dispatcher.Over(TimeProvider.System).CreateTimer(
            _ => fired.Release(), null, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));

        for (var i = 0; i < 3; i++)
        {
            Assert.True(fired.Wait(TestHost.Limit));
        }
    }

    [Fact]
    public void Over_ClockWithTimersOfItsOwn_IsLeftAsItIs()
    {
        var manual = new ManualTimeProvider();

        Assert.Same(manual, dispatcher.Over(manual));
        Assert.NotSame(TimeProvider.System, dispatcher.Over(TimeProvider.System));
    }

    [Fact]
    public async Task RunAsync_ActionThrows_FailsWithIt() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => dispatcher.RunAsync(() => throw new InvalidOperationException()).AsTask());

    [Fact]
    public async Task Dispose_WhileItemsAreQueued_TheyStillRun()
    {
        var ran = Enumerable.Range(0, 100).Select(_ => dispatcher.RunAsync(() => { }).AsTask()).ToArray();

        dispatcher.Dispose();

        await Task.WhenAll(ran).WaitAsync(TestHost.Limit);
        await dispatcher.RunAsync(() => { }).AsTask().WaitAsync(TestHost.Limit);
    }

    [Fact]
    public async Task Places_AllTaken_AreGivenInOrderAndPastThoseThatGaveUp()
    {
        var places = new Places(1, dispatcher);
        await places.TakeAsync(default);
        using var giveUp = new CancellationTokenSource();
        var first = places.TakeAsync(giveUp.Token).AsTask();
        var second = places.TakeAsync(default).AsTask();

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(TestHost.Limit));
        places.Release();

        await second.WaitAsync(TestHost.Limit);
        Assert.False(places.AreAllFree);
        places.Release();
        Assert.True(places.AreAllFree);
    }
}
