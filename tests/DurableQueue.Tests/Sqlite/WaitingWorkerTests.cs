using DurableQueue.Storage;
using Xunit;
using Names = DurableQueue.DurableQueueTelemetry;

namespace DurableQueue.Tests.Sqlite;

/// <summary>What a waiting worker takes in the transaction that makes something ready.</summary>
public sealed class WaitingWorkerTests : IDisposable
{
    private static readonly CheckoutRequest Worker = new() { Worker = "w", Types = ["t"] };

    private readonly string name = $"waiting-{Guid.NewGuid():N}";
    private readonly QueueDirectory directory;

    public WaitingWorkerTests() => directory = new QueueDirectory(name + ".db");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Enqueue_WorkerWaits_IsCheckedOutInTheSameCommit()
    {
        await using var queue = await OpenAsync();
        using var metrics = CollectedMetrics.OfQueue(name);
        var waiting = WaitAsync(queue, slots: 2);

        var ids = await queue.EnqueueAsync([new NewTask("t"), new NewTask("t") { Priority = 1 }, new NewTask("t")]);
        var taken = await waiting;

        // The best first, as for any checkout, and no more than there are slots.
        Assert.Equal([ids[1], ids[0]], taken.Select(task => task.Id));
        Assert.Single(metrics.Of(Names.CommitTime));
        Assert.Equal(2, metrics.Sum(Names.CheckedOut));
        Assert.True(await queue.CompleteAsync(taken[0].Lease));
        Assert.Equal(ids[2], (await queue.CheckoutAsync(Worker))?.Id);
    }

    [Fact]
    public async Task Enqueue_NoSlotIsFree_StaysReadyAndTheWorkerLooksForItself()
    {
        await using var queue = await OpenAsync();
        var waiting = WaitAsync(queue, slots: 0);

        var id = await queue.EnqueueAsync(new NewTask("t"));

        Assert.Empty(await waiting);
        Assert.Equal(id, (await queue.CheckoutAsync(Worker))?.Id);
    }

    [Fact]
    public async Task Enqueue_OfAnotherType_IsNotTaken()
    {
        await using var queue = await OpenAsync();
        var waiting = WaitAsync(queue, slots: 1);

        var id = await queue.EnqueueAsync(new NewTask("other"));

        Assert.Empty(await waiting);
        Assert.Equal(TaskState.Queued, (await queue.Inspector.GetAsync(id))!.State);
    }

    [Fact]
    public async Task Enqueue_TheWorkerHasStopped_IsNotTaken()
    {
        await using var queue = await OpenAsync();
        using var stopping = new CancellationTokenSource();
        var waiting = WaitAsync(queue, slots: 1, stopping.Token);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        var id = await queue.EnqueueAsync(new NewTask("t"));

        Assert.Equal(TaskState.Queued, (await queue.Inspector.GetAsync(id))!.State);
    }

    [Fact]
    public async Task Stop_WhileABatchHasTakenIt_GivesTheTasksAllTheSame()
    {
        await using var queue = await OpenAsync();
        using var stopping = new CancellationTokenSource();
        var waiting = queue.WaitForTasksAsync(
            queue.Signals.ReadyVersion, new WaitingWorker(Worker, StopAndTakeOne), stopping.Token).AsTask();

        var id = await queue.EnqueueAsync(new NewTask("t"));

        Assert.Equal(id, Assert.Single(await waiting.WaitAsync(QueueDirectory.Limit)).Id);

        // While the batch takes it: when the stop is noticed, it is too late to withdraw.
        int StopAndTakeOne()
        {
            _ = Task.Run(stopping.Cancel);
            return 1;
        }
    }

    [Fact]
    public async Task Enqueue_CommitFails_NeitherIsStoredAndBothAreTold()
    {
        await using var queue = await OpenAsync();
        var seen = queue.Signals.ReadyVersion;
        directory.Execute("DROP INDEX task_ready");
        await queue.Signals.WaitForReadyAsync(seen, CancellationToken.None).WaitAsync(QueueDirectory.Limit);
        var waiting = WaitAsync(queue, slots: 1);

        // Each gets a transaction of its own then: the enqueue is good, the checkout is not.
        var id = await queue.EnqueueAsync(new NewTask("t"));

        await Assert.ThrowsAsync<QueueStorageException>(() => waiting);
        Assert.Equal(TaskState.Queued, (await queue.Inspector.GetAsync(id))!.State);
    }

    [Fact]
    public async Task Enqueue_CheckoutsOfSeveralWaitingWorkersFail_AllAreTold()
    {
        await using var queue = await OpenAsync();
        var seen = queue.Signals.ReadyVersion;
        directory.Execute("DROP INDEX task_ready");
        await queue.Signals.WaitForReadyAsync(seen, CancellationToken.None).WaitAsync(QueueDirectory.Limit);
        var waiting = Enumerable.Range(0, 3).Select(_ => WaitAsync(queue, slots: 1)).ToArray();

        await queue.EnqueueAsync(new NewTask("t"));

        foreach (var worker in waiting)
        {
            await Assert.ThrowsAsync<QueueStorageException>(() => worker);
        }
    }

    [Fact]
    public async Task Complete_ReleasesADependent_TheWaitingWorkerGetsItInThatCommit()
    {
        TaskId child;
        LeasedTask? task;
        await using (var other = await directory.OpenAsync())
        {
            var parent = await other.EnqueueAsync(new NewTask("parent"));
            child = await other.EnqueueAsync(new NewTask("t") { After = [parent] });
            task = await other.CheckoutAsync(new CheckoutRequest { Worker = "other", Types = ["parent"] });
        }

        await using var queue = await OpenAsync();
        using var metrics = CollectedMetrics.OfQueue(name);
        var waiting = WaitAsync(queue, slots: 1);

        await queue.CompleteAsync(task!.Lease);

        Assert.Equal(child, Assert.Single(await waiting).Id);
        Assert.Single(metrics.Of(Names.CommitTime));
    }

    /// <summary>As a worker opens it, which looks for commits of others all the time; the first look has told everybody, as it does.</summary>
    private async Task<SqliteTaskQueue> OpenAsync()
    {
        var queue = await directory.OpenAsync();
        var signals = queue.Signals;
        var seen = signals.ReadyVersion;
        signals.CancelRequested += _ => { };
        await signals.WaitForReadyAsync(seen, CancellationToken.None).WaitAsync(QueueDirectory.Limit);
        return queue;
    }

    private static Task<IReadOnlyList<LeasedTask>> WaitAsync(SqliteTaskQueue queue, int slots, CancellationToken cancellationToken = default)
    {
        return queue.WaitForTasksAsync(queue.Signals.ReadyVersion, new WaitingWorker(Worker, () => slots), cancellationToken).AsTask().WaitAsync(QueueDirectory.Limit, CancellationToken.None);
    }
}
