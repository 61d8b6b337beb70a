using System.Data.Common;
using DurableQueue.Queueing;
using DurableQueue.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DurableQueue.Tests.Queueing;

/// <summary>The facades over a store that only writes down what it is asked: what is wrong never reaches it, and what is right does, checked.</summary>
public sealed class TaskQueueTests : IDisposable
{
    private static readonly Lease Lease = new(new TaskId(1), 7, DateTimeOffset.UnixEpoch);
    private static readonly byte[] TooLong = new byte[101];

#pragma warning disable CA2012 // Each call is awaited by the test that makes it.
    /// <summary>One call of each kind with something wrong in it.</summary>
    private static readonly Dictionary<string, Func<TaskQueue, object?>> WrongCalls = new(StringComparer.Ordinal)
    {
        ["enqueue: no type"] = queue => queue.EnqueueAsync(new NewTask("")),
        ["enqueue: payload too long"] = queue => queue.EnqueueAsync(new NewTask("t", TooLong)),
        ["enqueue list: cycle"] = queue => queue.EnqueueAsync(
            [new NewTask("a") { After = [TaskDependency.OnItem(1)] }, new NewTask("b") { After = [TaskDependency.OnItem(0)] }]),
        ["enqueue or get: key too long"] = queue => queue.EnqueueOrGetAsync(new NewTask("t") { DedupKey = new string('k', 513) }),
        ["enqueue in a transaction: none"] = queue => queue.EnqueueAsync(new NewTask("t"), (DbTransaction)null!),
        ["checkout: no worker"] = queue => queue.CheckoutAsync(new CheckoutRequest { Worker = "" }),
        ["checkout: no slots"] = queue => queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 0),
        ["wait for tasks: short lease"] = queue => queue.WaitForTasksAsync(
            0, new WaitingWorker(new CheckoutRequest { Worker = "w", LeaseDuration = TimeSpan.FromMilliseconds(99) }, () => 1), default),
        ["heartbeat: too many"] = queue => queue.HeartbeatAsync(new Lease[10_001]),
        ["complete: result too long"] = queue => queue.CompleteAsync(Lease, TooLong),
        ["complete list: one result too long"] = queue => queue.CompleteAsync([new TaskCompletion(Lease), new TaskCompletion(Lease, TooLong)]),
        ["fail: no failure"] = queue => queue.FailAsync(Lease, new TaskFailure("no") { Outcome = TaskOutcome.Succeeded }),
        ["release: negative delay"] = queue => queue.ReleaseAsync(Lease, TimeSpan.FromTicks(-1)),
        ["route: to no type"] = queue => queue.RouteAsync(Lease, new RouteDecision(NewTask.AutoType, null)),
        ["take over: no worker"] = queue => queue.TakeOverAsync(new TaskId(1), ""),
        ["take over: no slots"] = queue => queue.TakeOverAsync(new CheckoutRequest { Worker = "w" }, 0),
        ["progress: more than all"] = queue => queue.ReportProgressAsync(Lease, 1.1),
        ["checkpoint: too long"] = queue => queue.CheckpointAsync(Lease, TooLong),
        ["cancel: reason too long"] = queue => queue.Control.CancelAsync(new TaskId(1), new string('r', 513)),
        ["reject: without a reason"] = queue => queue.Control.RejectAsync(new TaskId(1), "me", ""),
        ["edit: group is no name"] = queue => queue.Control.EditAsync(new TaskId(1), new TaskEdit { Group = "two words" }),
        ["swap: with itself"] = queue => queue.Control.SwapAsync(new TaskId(1), new TaskId(1)),
        ["remove: too many"] = queue => queue.Control.RemoveAsync(new TaskId[10_001]),
        ["control: as nobody"] = queue => queue.Control.As("").StashAsync(new TaskId(1)),
        ["control: as two lines"] = queue => queue.Control.As("a\nb").StashAsync(new TaskId(1)),
        ["groups: as a long name"] = queue => queue.Groups.As(new string('n', 257)).PauseAsync("g"),
        ["requests: too many"] = queue => queue.Inspector.GetRequestLogAsync(1_001),
        ["prune: negative time"] = queue => queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.FromTicks(-1))),
        ["group: negative limit"] = queue => queue.Groups.SetParallelismAsync("g", -1),
        ["group: the default one"] = queue => queue.Groups.RemoveAsync(NewTask.DefaultGroup),
        ["schedule: no expression"] = queue => queue.Schedules.AddAsync(new NewSchedule("s", "", new NewTask("t"))),
        ["schedule: reason too long"] = queue => queue.Schedules.PauseAsync("s", new string('r', 513)),
        ["schedule: no runs"] = queue => queue.Schedules.GetRunsAsync("s", 0),
        ["approval: nothing asked"] = queue => queue.Approvals.RequestAsync(Lease, ""),
        ["approval: by nobody"] = queue => queue.Approvals.ApproveAsync(default, ""),
        ["gate: about nothing"] = queue => queue.Approvals.SetGateAsync(new ApprovalGate("g")),
        ["budget: negative rate"] = queue => queue.Budgets.SetAsync(
            BudgetTarget.Type("t"), new BudgetPolicy { Rate = new RateCap(-1, TimeSpan.FromSeconds(1)) }),
        ["budget: of a default"] = queue => queue.Budgets.GetAsync(BudgetTarget.EveryType),
        ["charge: key of an estimate"] = queue => queue.Budgets.ChargeAsync(Lease, new Cost(1), CostCharge.EstimateKey),
        ["usage: no such zone"] = queue => queue.Budgets.GetUsageAsync(new BudgetUsageQuery { TimeZone = "Nowhere/Else" }),
        ["notification: no topic"] = queue => queue.Notifications.RaiseAsync(new NewNotification("", "text")),
        ["subscriber: no name"] = queue => queue.Notifications.AcknowledgeAsync("", 1),
        ["query: no limit"] = queue => queue.Inspector.QueryAsync(new TaskQuery { Limit = 0 }),
        ["query: foreign cursor"] = queue => queue.Inspector.QueryAsync(new TaskQuery { Cursor = new TaskCursor(1) { Key = "x" } }),
        ["contents: too many"] = queue => queue.Inspector.GetContentsAsync(new TaskId[10_001]),
        ["wait: negative timeout"] = queue => queue.Inspector.WaitAsync(TaskSelector.All, new WaitOptions { Timeout = TimeSpan.FromTicks(-1) }),
    };
#pragma warning restore CA2012

    private readonly RecordingStore recorded = new();
    private readonly TestQueue queue;

    public TaskQueueTests() => queue = new TestQueue(recorded);

    public static TheoryData<string> Wrong => [.. WrongCalls.Keys];

    public void Dispose()
    {
        queue.Dispose();
        recorded.Dispose();
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Call_WithSomethingWrong_IsRefusedBeforeTheStoreIsAsked(string call)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => ResultOf(WrongCalls[call]));

        Assert.Empty(recorded.Calls);
    }

    [Fact]
    public async Task Enqueue_List_IsOneCallWithCheckedTasks()
    {
        recorded.Answer(nameof(ITaskStore.EnqueueAsync), values => ((IReadOnlyList<CheckedTask>)values[0]!).Select(
            (_, index) => new EnqueueResult(new TaskId(index + 1), true)).ToArray());

        var ids = await queue.EnqueueAsync([new NewTask("a") { Delay = TimeSpan.FromSeconds(1) }, new NewTask("b")]);

        Assert.Equal([new TaskId(1), new TaskId(2)], ids);
        var tasks = (IReadOnlyList<CheckedTask>)Assert.Single(recorded.Calls).Values[0]!;
        Assert.Equal([("a", 1_000L), ("b", 0L)], tasks.Select(task => (task.Type, task.DelayMs)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EmptyLists_AreAnsweredWithoutTheStore(bool isCompletion)
    {
        Assert.Empty(isCompletion ? (System.Collections.ICollection)await queue.CompleteAsync([]) : (System.Collections.ICollection)await queue.HeartbeatAsync([]));

        Assert.Empty(recorded.Calls);
    }

    [Fact]
    public async Task Fail_LongError_ReachesTheStoreCut()
    {
        await queue.FailAsync(Lease, new TaskFailure(new string('e', 100_000)));

        Assert.InRange(((TaskFailure)Assert.Single(recorded.Calls).Values[1]!).Error.Length, 1, 64 * 1_024);
    }

    [Fact]
    public async Task Prune_SeveralChunks_GoesOnWhereTheLastOneEnded()
    {
        recorded.Answer("PruneAsync", values => values.Length == 2
            ? throw new InvalidOperationException("No approvals were to be pruned.")
            : new PruneProgress(Deleted: 2, Through: (long)values[2]! + 10, IsLast: (long)values[2]! == 10));

        var deleted = await queue.Control.PruneAsync(new RetentionPolicy { Succeeded = TimeSpan.FromDays(1) });

        // Two chunks for each of the three finished states.
        Assert.Equal(12, deleted);
        Assert.Equal([0L, 10, 0, 10, 0, 10], recorded.Calls.Select(call => (long)call.Values[2]!));
    }

    [Fact]
    public async Task Reap_SeveralChunks_SumsThem()
    {
        var chunks = new Queue<SweepResult>([new(500, true), new(0, true), new(3, false)]);
        recorded.Answer(nameof(IUpkeepStore.SweepAsync), _ => chunks.Dequeue());

        Assert.Equal(503, await queue.ReapExpiredAsync());
    }

    [Fact]
    public async Task Watch_NumberThatWasPruned_SaysTheFirstThatIsLeft()
    {
        recorded.Answer(nameof(ITaskReader.ReadFinishedAsync), _ => new FinishPage([], false, new FinishHorizon(50, PrunedThrough: 20, Removals: 1)));

        var error = await Assert.ThrowsAsync<HistoryPrunedException>(async () => await queue.Inspector.WatchAsync(20).GetAsyncEnumerator().MoveNextAsync());

        Assert.Equal(21, error.FirstAvailable);
    }

    [Fact]
    public async Task WatchChanges_NothingCommitted_ReadsOncePerWatchAndAttendsUntilTheyEnd()
    {
        var change = 7L;
        recorded.Answer(nameof(ITaskReader.ReadChangeAsync), _ => change);
        await using (var one = queue.Inspector.WatchChangesAsync(TimeSpan.Zero).GetAsyncEnumerator())
        await using (var two = queue.Inspector.WatchChangesAsync(TimeSpan.Zero).GetAsyncEnumerator())
        {
            Assert.True(await one.MoveNextAsync());
            Assert.True(await two.MoveNextAsync());
            Assert.True(recorded.Signals.IsAttended);
            Task<bool>[] waiting = [one.MoveNextAsync().AsTask(), two.MoveNextAsync().AsTask()];
            Assert.All(waiting, wait => Assert.False(wait.IsCompleted));

            // One look each that found nothing new, and then none without a signal.
            Assert.Equal(4, recorded.Calls.Count);

            change++;
            recorded.Signals.Changed.Advance();
            Assert.True(await waiting[0]);
            Assert.True(await waiting[1]);
            Assert.Equal([8L, 8L], [one.Current, two.Current]);
        }

        Assert.False(recorded.Signals.IsAttended);
    }

    [Fact]
    public async Task Wait_OfAnAttempt_TellsTheStoreWhichOneWaits()
    {
        await queue.WaitAsync(Lease, [new TaskId(2)], options: null, CancellationToken.None);
        await queue.WaitForDecisionAsync(Lease, new ApprovalId(3), CancellationToken.None);
        await queue.Inspector.WaitAsync(TaskSelector.All);

        Assert.Equal([Lease, Lease, null], recorded.Calls.Select(call => call.Values.OfType<Lease>().Cast<Lease?>().FirstOrDefault()));
    }

    [Fact]
    public async Task Health_Probed_GoesThroughTheWriterAndReads()
    {
        recorded.Answer(nameof(ITaskStore.ProbeWriterAsync), _ => TimeSpan.FromSeconds(2));
        recorded.Answer(nameof(ITaskStore.ReadHealthAsync), _ => new HealthReading([], [], [], []).Judge(0));

        Assert.Equal(TimeSpan.FromSeconds(2), (await queue.ProbeHealthAsync(CancellationToken.None)).WriterWait);
        Assert.Equal(TimeSpan.Zero, (await queue.ReadHealthAsync(CancellationToken.None)).WriterWait);
    }

    [Fact]
    public async Task Dispose_EndsWaitsAndClosesTheStoreOnce()
    {
        var waiting = queue.Signals.WaitForReadyAsync(queue.Signals.ReadyVersion, CancellationToken.None);

        queue.Dispose();
        await queue.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.Equal(["Dispose"], recorded.Calls.Select(call => call.Member));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await queue.EnqueueAsync(new NewTask("t"), new NoTransaction()));
    }

    private async Task ResultOf(Func<TaskQueue, object?> call)
    {
        var answer = call(queue)!;
        await (answer is ValueTask done ? done.AsTask() : (Task)answer.GetType().GetMethod("AsTask")!.Invoke(answer, null)!);
    }

    private sealed class TestQueue(RecordingStore recorded) : TaskQueue(recorded.Store, new QueueSettings
    {
        Time = TimeProvider.System,
        Dispatcher = recorded.Dispatcher,
        Logger = NullLogger.Instance,
        Metrics = new QueueMetrics("recorded"),
        MaxPayloadBytes = 100,
        MaxResultBytes = 100,
        BackgroundSweeps = false,
    });

    private sealed class NoTransaction : DbTransaction
    {
        public override System.Data.IsolationLevel IsolationLevel => default;

        protected override DbConnection? DbConnection => null;

        public override void Commit()
        {
        }

        public override void Rollback()
        {
        }
    }
}
