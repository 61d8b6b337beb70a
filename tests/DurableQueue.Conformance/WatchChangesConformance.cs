using Xunit;

namespace DurableQueue.Conformance;

/// <summary>The change signal: told of each commit, of any queue on the store, at most once an interval, and never without cause for long.</summary>
public abstract class WatchChangesConformance : ConformanceTest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task WatchChanges_Begins_YieldsANumberAtOnce()
    {
        await using var changes = Watch(TimeSpan.FromDays(1));

        Assert.True(await NextAsync(changes) > 0);
    }

    [Fact]
    public async Task WatchChanges_OwnCommit_YieldsAHigherNumber()
    {
        await using var changes = Watch(TimeSpan.Zero);
        var first = await NextAsync(changes);
        var next = NextAsync(changes);

        await Queue.EnqueueAsync(new NewTask("work"));

        Assert.True(await next > first);
    }

    [Fact]
    public async Task WatchChanges_CommitOfAnotherQueue_YieldsAHigherNumber()
    {
        await using var other = await Fixture.OpenAsync();
        await using var changes = Watch(TimeSpan.Zero);
        var first = await NextAsync(changes);
        var next = NextAsync(changes);

        await other.EnqueueAsync(new NewTask("work"));

        Assert.True(await next > first);
    }

    [Fact]
    public async Task WatchChanges_NothingCommitted_YieldsTheSameNumberToEveryWatch()
    {
        await Queue.EnqueueAsync(new NewTask("work"));
        await using var one = Watch(TimeSpan.Zero);
        await using var two = Watch(TimeSpan.Zero);

        var first = await NextAsync(one);
        Assert.Equal(first, await NextAsync(two));

        // A read is no commit, and neither is a checkout that finds nothing.
        await Queue.Inspector.CountAsync();
        Assert.Null(await Queue.CheckoutAsync(Worker() with { Types = ["another"] }));
        await using var three = Watch(TimeSpan.Zero);
        Assert.Equal(first, await NextAsync(three));
    }

    [Fact]
    public async Task WatchChanges_CommittedWhileNobodyWatched_BeginsWithAHigherNumber()
    {
        await using var other = await Fixture.OpenAsync();
        long first;
        await using (var before = Watch(TimeSpan.Zero))
        {
            first = await NextAsync(before);
        }

        await other.EnqueueAsync(new NewTask("work"));

        await using var after = Watch(TimeSpan.Zero);
        Assert.True(await NextAsync(after) > first);
    }

    [Fact]
    public async Task WatchChanges_AnswerOfACallReceived_NumberHasRisen()
    {
        await using var before = Watch(TimeSpan.Zero);
        var last = await NextAsync(before);
        for (var i = 0; i < 20; i++)
        {
            await Queue.EnqueueAsync(new NewTask("work"));
            await using var after = Watch(TimeSpan.Zero);
            var number = await NextAsync(after);
            Assert.True(number > last);
            last = number;
        }
    }

    [Fact]
    public async Task WatchChanges_CommitsWithinTheInterval_AreToldOnceAfterIt()
    {
        await using var changes = Watch(TimeSpan.FromSeconds(1));
        var first = await NextAsync(changes);
        var next = NextAsync(changes);
        for (var i = 0; i < 5; i++)
        {
            await Queue.EnqueueAsync(new NewTask("work"));
        }

        // The clock stands still: however long this waits, the interval is not over.
        Assert.False(next.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(1));
        var second = await next.WaitAsync(Limit);
        Assert.True(second > first);

        await using var now = Watch(TimeSpan.Zero);
        Assert.Equal(second, await NextAsync(now));
    }

    [Fact]
    public async Task WatchChanges_QueueDisposed_EndsInTheIntervalAndAfterIt()
    {
        await using var within = Watch(TimeSpan.FromDays(1));
        await using var behind = Watch(TimeSpan.Zero);
        await NextAsync(within);
        await NextAsync(behind);
        Task[] waiting = [NextAsync(within), NextAsync(behind)];

        await Queue.DisposeAsync();

        foreach (var wait in waiting)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => wait.WaitAsync(Limit));
        }
    }

    [Fact]
    public async Task WatchChanges_Cancelled_EndsInTheIntervalAndAfterIt()
    {
        using var enough = new CancellationTokenSource();
        await using var within = Watch(TimeSpan.FromDays(1), enough.Token);
        await using var behind = Watch(TimeSpan.Zero, enough.Token);
        await NextAsync(within);
        await NextAsync(behind);
        Task[] waiting = [NextAsync(within), NextAsync(behind)];

        await enough.CancelAsync();

        foreach (var wait in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(Limit));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(86_400_001)]
    public void WatchChanges_IntervalOutOfRange_IsRefusedAtOnce(long milliseconds)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Queue.Inspector.WatchChangesAsync(TimeSpan.FromMilliseconds(milliseconds)));

        Assert.Equal("minInterval", error.ParamName);
    }

    private static async Task<long> NextAsync(IAsyncEnumerator<long> changes)
    {
        Assert.True(await changes.MoveNextAsync().AsTask().WaitAsync(Limit));
        return changes.Current;
    }

    private IAsyncEnumerator<long> Watch(TimeSpan minInterval, CancellationToken cancellationToken = default) =>
        Queue.Inspector.WatchChangesAsync(minInterval, cancellationToken).GetAsyncEnumerator(cancellationToken);
}
