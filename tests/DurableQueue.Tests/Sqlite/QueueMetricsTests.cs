using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Sqlite.Operations;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Xunit;
using Names = DurableQueue.DurableQueueTelemetry;

namespace DurableQueue.Tests.Sqlite;

public sealed class QueueMetricsTests : IDisposable
{
    private static readonly CheckoutRequest Worker = new() { Worker = "w" };

    private readonly string name = $"metrics-{Guid.NewGuid():N}";
    private readonly QueueDirectory directory;

    public QueueMetricsTests() => directory = new QueueDirectory(name + ".db");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Counters_WaysOfATask_CountEachOnceWithGroupTypeAndOutcome()
    {
        using var metrics = CollectedMetrics.OfQueue(name);
        await using var queue = await directory.OpenAsync();
        var ids = await queue.EnqueueAsync([
            new NewTask("done"), new NewTask("retried") { Retry = RetryPolicy.Immediate }, new NewTask("failed") { MaxAttempts = 1 },
            new NewTask("reaped") { MaxAttempts = 1 }, new NewTask("killed"), new NewTask("cancelled") { Stashed = true, Group = "g" },
        ]);
        var leases = (await queue.CheckoutAsync(Worker, 5)).ToDictionary(task => task.Type, task => task.Lease);
        await queue.CompleteAsync(leases["done"]);
        await queue.FailAsync(leases["retried"], new TaskFailure("no"));
        await queue.FailAsync(leases["failed"], new TaskFailure("no"));
        await queue.Control.CancelAsync(ids[4]);
        await queue.ReleaseAsync(leases["killed"]);
        await queue.Control.CancelAsync(ids[5]);
        directory.Time.Advance(TimeSpan.FromSeconds(301));
        await queue.ReapExpiredAsync();

        Assert.Equal(6, metrics.Sum(Names.Enqueued));
        Assert.Equal(1, metrics.Sum(Names.Enqueued, (Names.GroupTag, "g"), (Names.TypeTag, "cancelled")));
        Assert.Equal(5, metrics.Sum(Names.CheckedOut));
        Assert.Equal(1, metrics.Sum(Names.Completed));
        Assert.Equal(1, metrics.Sum(Names.Completed, (Names.GroupTag, "default"), (Names.TypeTag, "done")));
        Assert.Equal(1, metrics.Sum(Names.Retried));
        Assert.Equal(1, metrics.Sum(Names.Retried, (Names.TypeTag, "retried")));
        Assert.Equal(2, metrics.Sum(Names.Failed));
        Assert.Equal(1, metrics.Sum(Names.Failed, (Names.TypeTag, "failed"), (Names.OutcomeTag, "failed")));
        Assert.Equal(1, metrics.Sum(Names.Failed, (Names.TypeTag, "reaped"), (Names.OutcomeTag, "abandoned")));
        Assert.Equal(1, metrics.Sum(Names.Reaped));
        Assert.Equal(1, metrics.Sum(Names.Reaped, (Names.TypeTag, "reaped")));
        Assert.Equal(2, metrics.Sum(Names.Cancelled));
        Assert.Equal(1, metrics.Sum(Names.Cancelled, (Names.TypeTag, "killed"), (Names.OutcomeTag, "killed")));
        Assert.Equal(1, metrics.Sum(Names.Cancelled, (Names.TypeTag, "cancelled"), (Names.OutcomeTag, "cancelled")));
    }

    [Fact]
    public async Task Enqueued_TakenDedupKeyOrRefusedTask_CountsNothing()
    {
        using var metrics = CollectedMetrics.OfQueue(name);
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync(new NewTask("t") { DedupKey = "k" });
        await queue.EnqueueAsync(new NewTask("t") { DedupKey = "k" });
        await Assert.ThrowsAsync<ArgumentException>(() => queue.EnqueueAsync(new NewTask("t") { After = [new TaskId(99)] }).AsTask());

        Assert.Equal(1, metrics.Sum(Names.Enqueued));
    }

    [Fact]
    public async Task Enqueued_InTransactionsOfTheApplication_CountsAtTheCall_ButNoBatch()
    {
        using var metrics = CollectedMetrics.OfQueue(name);
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync(new NewTask("t") { DedupKey = "k" });
        var batches = metrics.Of(Names.BatchSize).Count();
        await using var application = new SqliteConnection($"Data Source={directory.FilePath};Pooling=False");
        application.Open();
        using (var transaction = application.BeginTransaction())
        {
            await queue.EnqueueAsync(new NewTask("t"), transaction);
            await queue.EnqueueAsync([new NewTask("u") { Group = "g" }, new NewTask("u") { Group = "g" }, new NewTask("t") { DedupKey = "k" }], transaction);
            await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync(new NewTask("t") { After = [new TaskId(99)] }, transaction));
            transaction.Commit();
        }

        Assert.Equal(4, metrics.Sum(Names.Enqueued));
        Assert.Equal(2, metrics.Sum(Names.Enqueued, (Names.GroupTag, "g"), (Names.TypeTag, "u")));

        // Nobody tells the queue of a rollback.
        using var lost = application.BeginTransaction();
        await queue.EnqueueAsync(new NewTask("t"), lost);
        lost.Rollback();

        Assert.Equal(5, metrics.Sum(Names.Enqueued));
        Assert.Equal(batches, metrics.Of(Names.BatchSize).Count());
    }

    [Fact]
    public async Task Enqueued_InATransactionOfTheApplication_ListenerThrows_TheCallSucceeds()
    {
        using var metrics = CollectedMetrics.ThatThrows<long>(name);
        await using var queue = await directory.OpenAsync();
        await using var application = new SqliteConnection($"Data Source={directory.FilePath};Pooling=False");
        application.Open();
        using var transaction = application.BeginTransaction();

        var id = await queue.EnqueueAsync(new NewTask("t"), transaction);
        transaction.Commit();

        Assert.NotNull(await queue.Inspector.GetAsync(id));
    }

    [Fact]
    public void Events_TransactionRolledBack_AreForgotten()
    {
        using var listening = CollectedMetrics.OfQueue(name);
        using var metrics = new QueueMetrics(name);
        Batteries_V2.Init();
        var file = new QueueFile(directory.FilePath, new SqliteQueueOptions());
        file.Create();
        using var db = file.OpenWriter();
        Migrations.Apply(db);
        var context = TestContexts.Of(db, directory.Time, metrics);
        var enqueue = new EnqueueTasks([new NewTaskRules(1_000, directory.Time).CheckOne(new NewTask("t"))]);

        db.Execute("BEGIN IMMEDIATE");
        context.Begin();
        enqueue.Apply(context);
        Assert.Equal(1, context.Effects.Events.Counts.Length);
        db.Execute("ROLLBACK");
        context.Forget();
        db.Execute("BEGIN IMMEDIATE");
        context.Begin();

        Assert.True(context.Effects.Events.Counts.IsEmpty);
        db.Execute("ROLLBACK");
    }

    [Fact]
    public void Events_NobodyListens_KeepAndAllocateNothing()
    {
        using var metrics = new QueueMetrics(name);
        var events = new TaskEvents(metrics);
        Use();
        var before = GC.GetAllocatedBytesForCurrentThread();

        Use();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(events.Counts.IsEmpty);
        Assert.True(events.Waits.IsEmpty);

        void Use()
        {
            events.Clear();
            events.Add(TaskEventKind.Enqueued, "g", "t");
            events.AddWait("g", "t", 5);
            metrics.Record(1, TimeSpan.FromMilliseconds(1));
            metrics.Record(events);
        }
    }

    [Fact]
    public async Task WaitTime_FromEnqueueOrDue_IsMeasuredAtCheckout()
    {
        using var metrics = CollectedMetrics.OfQueue(name);
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync(new NewTask("plain"));
        await queue.EnqueueAsync(new NewTask("delayed") { Delay = TimeSpan.FromSeconds(10) });
        directory.Time.Advance(TimeSpan.FromSeconds(12));
        var tasks = await queue.CheckoutAsync(Worker, 2);
        await queue.FailAsync(tasks.Single(task => task.Type == "plain").Lease, new TaskFailure("no") { RetryAfter = TimeSpan.FromSeconds(5) });
        directory.Time.Advance(TimeSpan.FromSeconds(6));
        await queue.CheckoutAsync(Worker);

        Assert.Equal([12, 1], metrics.Of(Names.WaitTime, (Names.TypeTag, "plain")).Select(measured => measured.Value));
        Assert.Equal([2], metrics.Of(Names.WaitTime, (Names.TypeTag, "delayed")).Select(measured => measured.Value));
    }

    [Fact]
    public async Task WaitTime_AfterARelease_IsNotKnownAndNotMeasured()
    {
        using var metrics = CollectedMetrics.OfQueue(name);
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync(new NewTask("t"));
        await queue.ReleaseAsync((await queue.CheckoutAsync(Worker))!.Lease);
        await queue.CheckoutAsync(Worker);

        Assert.Single(metrics.Of(Names.WaitTime));
    }

    [Fact]
    public async Task Batch_OneCallerAlone_HasOneOperationAndACommitTime()
    {
        using var metrics = CollectedMetrics.OfQueue(name);
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync(new NewTask("t"));

        Assert.All(metrics.Of(Names.BatchSize), measured => Assert.Equal(1, measured.Value));
        Assert.NotEmpty(metrics.Of(Names.BatchSize));
        Assert.Contains(metrics.Of(Names.CommitTime), measured => measured.Value is > 0 and < 30);
    }

    [Fact]
    public async Task Batch_CallersThatMeet_AreCountedTogether()
    {
        using var metrics = CollectedMetrics.OfQueue(name);
        await using var queue = await directory.OpenAsync();
        using var fileLock = new FileLock(directory.FilePath + "-gate");
        Assert.True(fileLock.TryEnter());
        var calls = Enumerable.Range(0, 5).Select(_ => queue.EnqueueAsync(new NewTask("t")).AsTask()).ToArray();
        fileLock.Exit();
        await Task.WhenAll(calls).WaitAsync(QueueDirectory.Limit);

        Assert.Equal(5, metrics.Sum(Names.BatchSize));
        Assert.True(metrics.Of(Names.BatchSize).Count() < 5);
    }

    [Fact]
    public async Task Gauges_TasksWithAndWithoutHolds_ShowThemPerGroup()
    {
        using var metrics = CollectedMetrics.OfQueue(name);
        await using var queue = await directory.OpenAsync();
        var parent = await queue.EnqueueAsync(new NewTask("t"));
        await queue.EnqueueAsync([new NewTask("t"), new NewTask("t") { Group = "g" }]);
        await queue.EnqueueAsync(new NewTask("t") { After = [parent] });
        await queue.EnqueueAsync(new NewTask("t") { Stashed = true });
        var delayed = await queue.EnqueueAsync(new NewTask("t") { Delay = TimeSpan.FromHours(1), Stashed = true });

        Assert.Equal((2, 1, 2), Show("default"));
        Assert.Equal((1, 0, 0), Show("g"));

        await queue.Control.CancelAsync(delayed);
        await queue.CompleteAsync((await queue.CheckoutAsync(Worker with { Groups = ["default"] }))!.Lease);
        Assert.Equal((2, 0, 1), Show("default"));

        (double Ready, double Scheduled, double Blocked) Show(string group) =>
            (metrics.Observe(Names.Ready, group), metrics.Observe(Names.Scheduled, group), metrics.Observe(Names.Blocked, group));
    }

    [Fact]
    public async Task OldestReadyAge_BehindTasksOfHigherPriority_IsThatOfTheOldest()
    {
        using var metrics = CollectedMetrics.OfQueue(name);
        await using var queue = await directory.OpenAsync();
        Assert.Equal(double.NaN, metrics.Observe(Names.OldestReadyAge, "default"));
        await queue.EnqueueAsync(new NewTask("t") { Delay = TimeSpan.FromHours(1) });
        await queue.EnqueueAsync(new NewTask("t"));
        directory.Time.Advance(TimeSpan.FromSeconds(20));
        await queue.EnqueueAsync([new NewTask("t") { Priority = 2 }, new NewTask("t") { Priority = 1 }, new NewTask("u"), new NewTask("t") { Group = "g" }]);
        directory.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(25, metrics.Observe(Names.OldestReadyAge, "default"));
        Assert.Equal(5, metrics.Observe(Names.OldestReadyAge, "g"));
    }

    [Fact]
    public async Task Gauges_QueueClosed_ShowNothing()
    {
        using var metrics = CollectedMetrics.OfQueue(name);
        var queue = await directory.OpenAsync();
        await queue.EnqueueAsync(new NewTask("t"));
        await queue.DisposeAsync();

        Assert.Equal(double.NaN, metrics.Observe(Names.Ready, "default"));
    }

    [Fact]
    public async Task Tags_OfAllInstruments_AreOfASmallSet()
    {
        using var metrics = CollectedMetrics.OfQueue(name);
        await using var queue = await directory.OpenAsync();
        var id = await queue.EnqueueAsync(new NewTask("t") { Label = "secret", DedupKey = "secret" });
        await queue.Control.CancelAsync(id);
        metrics.Observe(Names.Ready, "default");

        Assert.Subset(
            new HashSet<string> { Names.GroupTag, Names.TypeTag, Names.OutcomeTag }, metrics.Measurements.SelectMany(measured => measured.Tags.Keys).ToHashSet());
    }

    [Fact]
    public async Task Record_ListenerThrows_CallersAreServed()
    {
        using var metrics = CollectedMetrics.ThatThrows<int>(name);
        await using var queue = await directory.OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await Task.Run(async () => await queue.EnqueueAsync(new NewTask("t"))).WaitAsync(QueueDirectory.Limit)).Value > 0);
        }
    }
}
