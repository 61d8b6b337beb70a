using System.Collections.Concurrent;
using DurableQueue.Tests.Processes;
using DurableQueue.Tests.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Faults;

/// <summary>Very many callers, callers that give up at any moment, and a queue that is closed under them.</summary>
public sealed class LoadTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Calls_TenThousandAtOnce_AllAreAnsweredOnce()
    {
        const int callers = 10_000;
        await using var queue = await directory.OpenAsync();

        var ids = await Task.WhenAll(Enumerable.Range(0, callers).Select(i => Task.Run(async () => await queue.EnqueueAsync(new NewTask("t") { Group = $"g{i % 5}" }))))
            .WaitAsync(Patience);
        var finished = await Task.WhenAll(Enumerable.Range(0, callers).Select(i => Task.Run(async () =>
        {
            var task = await queue.CheckoutAsync(new CheckoutRequest { Worker = $"w{i % 50}" });
            Assert.NotNull(task);
            Assert.Equal(HeartbeatResult.Renewed, await queue.HeartbeatAsync(task.Lease));
            Assert.True(await queue.CompleteAsync(task.Lease));
            return task.Id;
        }))).WaitAsync(Patience);

        Assert.Equal(callers, ids.Distinct().Count());
        Assert.Equal(ids.Order(), finished.Order());
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Cancel_AtEveryMoment_EachCallIsDoneOrNotAtAll()
    {
        var seed = Seed.Draw(output);
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work"), 2_000)]);
        var added = new ConcurrentBag<string>();
        var refused = new ConcurrentBag<string>();
        var held = new ConcurrentBag<Lease>();
        var completed = 0;
        var (cancelled, done) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var random = new Random(seed + worker);
            for (var round = 0; round < 400; round++)
            {
                using var cancel = new CancellationTokenSource();
                var call = (worker + round) % 3;
                var key = $"{worker}.{round}";
                var pending = StartAsync(call, key, cancel.Token);

                // Before, while or after the writer takes it.
                Thread.SpinWait(random.Next(3_000));
                await cancel.CancelAsync();
                try
                {
                    await pending;
                    Interlocked.Increment(ref done);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref cancelled);
                    if (call == 0)
                    {
                        refused.Add(key);
                    }
                }
            }
        }))).WaitAsync(Patience);
        output.WriteLine($"{done} done, {cancelled} cancelled");

        var keys = (await queue.Inspector.QueryAsync(new TaskQuery { Types = ["new"], Limit = 10_000 })).Tasks.Select(task => task.Label!).ToHashSet();
        Assert.True(cancelled > 0 && done > 0);
        Assert.Equal(added.Order(), keys.Order());
        Assert.DoesNotContain(refused, keys.Contains);
        var counts = (await queue.Inspector.CountAsync()).Total;
        Assert.Equal((held.Count, completed), (counts.CheckedOut, counts.Done));
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        Assert.True((await queue.EnqueueAsync(new NewTask("more")).AsTask().WaitAsync(Patience)).Value > 0);

        async Task StartAsync(int call, string key, CancellationToken cancellationToken)
        {
            switch (call)
            {
                case 0:
                    await queue.EnqueueAsync(new NewTask("new") { Label = key }, cancellationToken);
                    added.Add(key);
                    break;
                case 1:
                    if (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = ["work"] }, cancellationToken) is { } task)
                    {
                        held.Add(task.Lease);
                    }

                    break;
                default:
                    if (held.TryTake(out var lease))
                    {
                        await CompleteAsync(lease, cancellationToken);
                    }

                    break;
            }
        }

        async Task CompleteAsync(Lease lease, CancellationToken cancellationToken)
        {
            try
            {
                Assert.True(await queue.CompleteAsync(lease, default, cancellationToken));
                Interlocked.Increment(ref completed);
            }
            catch (OperationCanceledException)
            {
                held.Add(lease);
                throw;
            }
        }
    }

    [Fact]
    public async Task Cancel_ReadsAndWaits_LeaveNoPlaceTaken()
    {
        await using var queue = await directory.OpenAsync();
        var id = await queue.EnqueueAsync(new NewTask("t"));

        for (var round = 0; round < 500; round++)
        {
            using var cancel = new CancellationTokenSource();
            Task[] pending =
            [
                queue.Inspector.WaitAsync(id, cancellationToken: cancel.Token).AsTask(),
                queue.Inspector.QueryAsync(new TaskQuery(), cancel.Token).AsTask(),
                Task.Run(async () => await queue.Inspector.WatchAsync(0, cancel.Token).GetAsyncEnumerator(cancel.Token).MoveNextAsync()),
                queue.Signals.WaitForReadyAsync(long.MaxValue - 1, cancel.Token),
            ];
            Thread.SpinWait(round * 10);
            await cancel.CancelAsync();
            await Task.WhenAll(pending).ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(Patience);
        }

        // More readers than places: each would hang if a cancelled one had kept its place.
        var infos = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => queue.Inspector.GetAsync(id).AsTask())).WaitAsync(Patience);
        Assert.All(infos, Assert.NotNull);
    }

    [Fact]
    public async Task Dispose_UnderLoad_EachCallIsAnsweredAndWhatWasAcknowledgedIsThere()
    {
        var acknowledged = new ConcurrentBag<TaskId>();
        var completed = new ConcurrentBag<TaskId>();
        for (var round = 0; round < 5; round++)
        {
            var queue = await directory.OpenAsync(backgroundSweeps: true);
            using var busy = new SemaphoreSlim(0);
            var callers = Enumerable.Range(0, 12).Select(caller => Task.Run(async () =>
            {
                for (var call = 0; ; call++)
                {
                    try
                    {
                        acknowledged.Add(await queue.EnqueueAsync(new NewTask("t")));
                        if (caller % 2 == 0 && await queue.CheckoutAsync(new CheckoutRequest { Worker = $"w{caller}", LeaseDuration = TimeSpan.FromHours(1) }) is { } task
                            && await queue.CompleteAsync(task.Lease))
                        {
                            completed.Add(task.Id);
                        }

                        await queue.Inspector.CountAsync();
                    }
                    catch (ObjectDisposedException)
                    {
                        return;
                    }

                    if (call == 5)
                    {
                        busy.Release();
                    }
                }
            })).ToArray();
            for (var caller = 0; caller < callers.Length; caller++)
            {
                Assert.True(await busy.WaitAsync(Patience));
            }

            await queue.DisposeAsync().AsTask().WaitAsync(Patience);
            await Task.WhenAll(callers).WaitAsync(Patience);
        }

        await using var again = await directory.OpenAsync();
        var states = new Dictionary<TaskId, TaskState>();
        for (TaskPage? page = null; page is null || page.Next is not null;)
        {
            page = await again.Inspector.QueryAsync(new TaskQuery { Limit = 1_000, Cursor = page?.Next });
            foreach (var task in page.Tasks)
            {
                states.Add(task.Id, task.State);
            }
        }

        Assert.All(acknowledged, id => Assert.Contains(id, states));
        Assert.Equal(completed.Distinct().Count(), completed.Count);
        Assert.All(completed, id => Assert.Equal(TaskState.Done, states[id]));
        var verification = await again.Inspector.VerifyAsync();
        Assert.True(verification.IsSound, string.Join('\n', verification.Findings));
    }
}
