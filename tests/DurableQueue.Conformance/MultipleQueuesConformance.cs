using System.Collections.Concurrent;
using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Two queues open on one store, as two processes have it.</summary>
public abstract class MultipleQueuesBasics : ConformanceTest
{
    [Fact]
    public async Task Checkout_EnqueuedInTheOther_IsOffered()
    {
        await using var other = await Fixture.OpenAsync();
        var id = await Queue.EnqueueAsync(new NewTask("work", Utf8("input")) { Label = "shared" });

        var task = await other.CheckoutAsync(Worker());

        Assert.Equal(id, task?.Id);
        Assert.Equal("shared", task?.Label);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Checkout_AlternatingQueues_KeepsTheOrder()
    {
        await using var other = await Fixture.OpenAsync();
        var expected = new List<TaskId>();
        for (var number = 0; number < 10; number++)
        {
            expected.Add(await (number % 2 == 0 ? Queue : other).EnqueueAsync(new NewTask("work") { Priority = number / 5 }));
        }

        var seen = new List<TaskId>();
        for (var number = 0; number < 10; number++)
        {
            var task = await (number % 3 == 0 ? Queue : other).CheckoutAsync(Worker());
            Assert.NotNull(task);
            seen.Add(task.Id);
        }

        Assert.Equal([.. expected.Skip(5), .. expected.Take(5)], seen);
    }

    [Fact]
    public async Task Complete_LeaseFromTheOther_Counts()
    {
        await using var other = await Fixture.OpenAsync();
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var task = await Queue.TakeAsync(id);

        Assert.True(await other.CompleteAsync(task.Lease, Utf8("output")));

        Assert.False(await Queue.CompleteAsync(task.Lease));
        Assert.Equal(TaskState.Done, (await GetAsync(id)).State);
    }

    [Fact]
    public async Task Heartbeat_ReapedByTheOther_IsLost()
    {
        await using var other = await Fixture.OpenAsync();
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var task = await Queue.TakeAsync(id);
        Time.Advance(CheckoutRequest.DefaultLeaseDuration + TimeSpan.FromSeconds(1));

        Assert.Equal(1, await other.ReapExpiredAsync());

        Assert.Equal(HeartbeatResult.Lost, await Queue.HeartbeatAsync(task.Lease));
        Assert.False(await Queue.CompleteAsync(task.Lease));
        Assert.Equal(2, (await other.TakeAsync(id)).Attempt);
    }

    [Fact]
    public async Task Cancel_RunningInTheOther_IsToldByTheHeartbeat()
    {
        await using var other = await Fixture.OpenAsync();
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var task = await other.TakeAsync(id);

        Assert.Equal(CancelResult.Requested, await Queue.Control.CancelAsync(id));

        Assert.Equal(HeartbeatResult.CancelRequested, await other.HeartbeatAsync(task.Lease));
    }

    [Fact]
    public async Task Wait_FinishedInTheOther_Ends()
    {
        await using var other = await Fixture.OpenAsync();
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var wait = Queue.FinishedAsync(id);
        Assert.False(wait.IsCompleted);

        await other.SucceedAsync(id);

        Assert.True((await wait).AllSucceeded);
    }

    [Fact]
    public async Task WaitLive_LastFinishedInTheOther_Ends()
    {
        await using var other = await Fixture.OpenAsync();
        var ids = await Queue.EnqueueAsync([new("work") { Label = "run" }, new("work") { Label = "run" }]);
        var wait = Queue.Inspector.WaitAsync(TaskSelector.ByLabel("run")).SoonAsync();
        await Queue.SucceedAsync(ids[0]);
        await Queue.LetStartAsync();
        Assert.False(wait.IsCompleted);

        await other.SucceedAsync(ids[1]);

        await wait;
    }

    [Fact]
    public async Task Watch_FinishedInEither_YieldsAllInOrder()
    {
        await using var other = await Fixture.OpenAsync();
        await using var watch = Queue.Inspector.WatchAsync().GetAsyncEnumerator();
        var last = 0L;
        for (var round = 0; round < 10; round++)
        {
            var next = watch.NextAsync();
            var id = await (round % 2 == 0 ? other : Queue).EnqueueEndedAsync(Time, TaskOutcome.Cancelled);

            var finish = await next;

            Assert.Equal(id, finish.Id);
            Assert.True(finish.Sequence > last);
            last = finish.Sequence;
        }
    }

    [Fact]
    public async Task Groups_LimitReachedInTheOther_Holds()
    {
        await using var other = await Fixture.OpenAsync();
        await Queue.Groups.EnsureAsync("lane", 3);
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work") { Group = "lane" }, 10)]);

        var here = await Queue.CheckoutAsync(Worker(), 2);
        var there = await other.CheckoutAsync(Worker("w2"), 10);

        Assert.Equal(2, here.Count);
        Assert.Single(there);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Assert.True(await other.CompleteAsync(there[0].Lease));
        Assert.Single(await Queue.CheckoutAsync(Worker(), 10));
        Assert.Equal(3, (await other.Groups.GetAsync("lane"))?.Running);
    }

    [Fact]
    public async Task Groups_ChangedInTheOther_HoldAtOnce()
    {
        await using var other = await Fixture.OpenAsync();
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work") { Group = "lane" }, 4)]);
        Assert.NotNull(await Queue.CheckoutAsync(Worker()));

        await other.Groups.PauseAsync("lane");
        Assert.Null(await Queue.CheckoutAsync(Worker()));

        await other.Groups.SetParallelismAsync("lane", 2);
        await other.Groups.ResumeAsync("lane");
        Assert.Single(await Queue.CheckoutAsync(Worker(), 10));
    }

    [Fact]
    public async Task Enqueue_KeyTakenInTheOther_GivesTheHolder()
    {
        await using var other = await Fixture.OpenAsync();
        var task = new NewTask("work") { DedupKey = "k" };
        var id = await Queue.EnqueueAsync(task);

        Assert.Equal(new EnqueueResult(id, Created: false), await other.EnqueueOrGetAsync(task));
    }

    [Fact]
    public async Task Dispose_OneOfTwo_LeavesTheOther()
    {
        var other = await Fixture.OpenAsync();
        var id = await other.EnqueueAsync(new NewTask("work"));
        var task = await other.TakeAsync(id);

        await other.DisposeAsync();

        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(task.Lease));
        Assert.True(await Queue.CompleteAsync(task.Lease));
        await Queue.SucceedAsync(await Queue.EnqueueAsync(new NewTask("work")));
    }

    [Fact]
    public async Task Drain_ManyWorkersOnTwoQueues_RunsEachTaskOnce()
    {
        const int Count = 500;
        await using var other = await Fixture.OpenAsync();
        var ids = await Queue.EnqueueAsync([.. Enumerable.Range(0, Count).Select(number => new NewTask("work") { Priority = number % 3 })]);
        var ran = new ConcurrentQueue<TaskId>();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var queue = worker % 2 == 0 ? Queue : other;
            while (await queue.CheckoutAsync(Worker($"w{worker}")) is { } task)
            {
                ran.Enqueue(task.Id);
                Assert.True(await queue.CompleteAsync(task.Lease));
            }
        }))).WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(ids, ran.Order());
        Assert.Equal(new StateCounts(0, 0, Count, 0, 0), (await other.Inspector.CountAsync()).Total);
        Assert.Equal(0, (await Queue.Groups.GetAsync(NewTask.DefaultGroup))?.Running);
    }

    [Fact]
    public async Task Drain_LimitedGroupOnTwoQueues_NeverExceedsTheLimit()
    {
        const int Count = 120;
        const int Limit = 2;
        await using var other = await Fixture.OpenAsync();
        await Queue.Groups.EnsureAsync("lane", Limit);
        var ids = await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work") { Group = "lane" }, Count)]);
        var running = 0;
        var most = 0;
        var ran = new ConcurrentQueue<TaskId>();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            var queue = worker % 2 == 0 ? Queue : other;
            while (ran.Count < Count)
            {
                if (await queue.CheckoutAsync(Worker($"w{worker}")) is not { } task)
                {
                    await Task.Yield();
                    continue;
                }

                InterlockedMax(ref most, Interlocked.Increment(ref running));
                ran.Enqueue(task.Id);
                Interlocked.Decrement(ref running);
                Assert.True(await queue.CompleteAsync(task.Lease));
            }
        }))).WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(ids, ran.Order());
        Assert.InRange(most, 1, Limit);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        var seen = Volatile.Read(ref target);
        while (value > seen)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}

/// <summary>The same, with what needs dependencies, approvals, budgets, schedules or take-overs.</summary>
public abstract class MultipleQueuesConformance : MultipleQueuesBasics
{
    [Fact]
    public async Task Wait_CascadeStartedInTheOther_Ends()
    {
        await using var other = await Fixture.OpenAsync();
        var ids = await Queue.EnqueueAsync(
            [.. Enumerable.Range(0, 200).Select(index => new NewTask("work") { After = index == 0 ? [] : [TaskDependency.OnItem(index - 1)] })]);
        var wait = Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).SoonAsync();

        await other.Control.CancelAsync(ids[0]);

        Assert.Equal(199, (await wait).DependencyFailed);
    }

    [Fact]
    public async Task Dependencies_FinishedInTheOther_ReleaseHere()
    {
        await using var other = await Fixture.OpenAsync();
        var parent = await Queue.EnqueueAsync(new NewTask("parent"));
        var child = await other.EnqueueAsync(new NewTask("child") { After = [parent] });

        await other.SucceedAsync(parent);

        await Queue.SucceedAsync(child);
    }
}
