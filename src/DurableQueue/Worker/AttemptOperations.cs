using System.Collections.Concurrent;
using System.Globalization;
using DurableQueue.Storage;
using Polly;

namespace DurableQueue.Worker;

/// <summary>The operations that <see cref="TaskContext"/> offers to the handler of one attempt.</summary>
/// <param name="attempt">The attempt.</param>
/// <param name="worker">The worker that runs it.</param>
/// <param name="waitRetry">Retries the beginning and the end of a wait while the store has trouble.</param>
internal sealed class AttemptOperations(Attempt attempt, WorkerServices worker, ResiliencePipeline waitRetry) : IAttemptOperations, IAsyncDisposable
{
    private const int LongestKey = 256;

    /// <summary>Stands in for a wait when the handler has returned without one.</summary>
    private static readonly object Closed = new();

    private object? wait;
    private int childNumber;
    private ConcurrentDictionary<(string What, string Arguments), int>? requests;
    private int costNumber;

    public ITaskTypes Types => worker.Types;

    public void ReportProgress(double fraction, string? message) => worker.Progress.Report(attempt, fraction, message);

    public async ValueTask CheckpointAsync(ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken)
    {
        if (!await worker.Queue.CheckpointAsync(attempt.Leased.Lease, checkpoint, cancellationToken).ConfigureAwait(false))
        {
            throw attempt.LoseLease("The lease of the attempt is lost; the checkpoint was not stored.");
        }
    }

    public async ValueTask RaiseAsync(NewNotification notification, ReadOnlyMemory<byte>? checkpoint, CancellationToken cancellationToken)
    {
        if (!await worker.Queue.Notifications.RaiseAsync(attempt.Leased.Lease, notification, checkpoint, cancellationToken).ConfigureAwait(false))
        {
            throw attempt.LoseLease("The lease of the attempt is lost; the notification was not raised.");
        }
    }

    public async ValueTask ReportCostAsync(Cost cost, string? key, IReadOnlyDictionary<string, string>? tags, CancellationToken cancellationToken)
    {
        key ??= Interlocked.Increment(ref costNumber).ToString(CultureInfo.InvariantCulture);
        if (await worker.Queue.Budgets.ChargeAsync(attempt.Leased.Lease, cost, key, tags, cancellationToken).ConfigureAwait(false) == ChargeResult.Late)
        {
            attempt.Stop(StopReason.LeaseLost);
        }
    }

    public ValueTask<TaskId> EnqueueAsync(NewTask task, string? key, CancellationToken cancellationToken) =>
        worker.Queue.EnqueueAsync(Child(task, key is null ? NextKey() : NamedKey(key)), cancellationToken);

    public ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(IReadOnlyList<NewTask> tasks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        return worker.Queue.EnqueueAsync([.. tasks.Select(task => Child(task, NextKey()))], cancellationToken);
    }

    public async Task<ApprovalInfo> RequestApprovalAsync(string what, string arguments, ApprovalOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(what);
        ArgumentNullException.ThrowIfNull(arguments);
        options ??= new ApprovalOptions();
        options = options with { Call = options.Key is null ? NextCall(what, arguments) : 1 };
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(attempt.Token, cancellationToken);
        var request = await waitRetry.ExecuteAsync(
            async token => await worker.Queue.Approvals.RequestAsync(attempt.Leased.Lease, what, arguments, options, token).ConfigureAwait(false),
            ended.Token).ConfigureAwait(false);
        FaultPoint.Reach("approval.asked");
        if (request is { Status: ApprovalStatus.Pending })
        {
            request = await Wait().ForDecisionAsync(request.Id, options.KeepSlot, cancellationToken).ConfigureAwait(false);
        }

        if (request is null or { Status: ApprovalStatus.Withdrawn })
        {
            throw attempt.LoseLease("The lease of the attempt is lost; its approval request is withdrawn.");
        }

        return request.Status == ApprovalStatus.Approved ? request : throw new ApprovalRejectedException(request);
    }

    public Task<WaitSummary> WaitForAsync(IReadOnlyList<TaskId> ids, WaitOptions? options, CancellationToken cancellationToken) =>
        Wait().ForTasksAsync(ids, options, cancellationToken);

    public Task WithoutSlotAsync(Func<CancellationToken, Task> wait, CancellationToken cancellationToken) => Wait().ForAsync(wait, cancellationToken);

    public Task DuringDecisionAsync(Func<CancellationToken, Task> wait, bool keepSlot, CancellationToken cancellationToken) =>
        Wait().ForDecisionAsync(wait, keepSlot, cancellationToken);

    /// <summary>The handler has returned.</summary>
    public ValueTask DisposeAsync() => Interlocked.CompareExchange(ref wait, Closed, null) is AttemptWait begun ? begun.DisposeAsync() : ValueTask.CompletedTask;

    private NewTask Child(NewTask task, string dedupKey)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.DedupKey is not null)
        {
            throw new ArgumentException("A child task is deduplicated by its parent and its key, so it can't have a DedupKey of its own.", nameof(task));
        }

        var parent = attempt.Leased.Id.Value.ToString(CultureInfo.InvariantCulture);
        return task with
        {
            DedupKey = dedupKey,
            DedupScope = DedupScope.Forever,
            Metadata = new Dictionary<string, string>(task.Metadata ?? new Dictionary<string, string>()) { [TaskContext.ParentMetadataKey] = parent },
        };
    }

    /// <summary>Created at the first wait, because most handlers never wait.</summary>
    private AttemptWait Wait()
    {
        var made = Volatile.Read(ref wait) ?? Interlocked.CompareExchange(ref wait, new AttemptWait(attempt, worker, waitRetry), null) ?? wait;
        ObjectDisposedException.ThrowIf(made is not AttemptWait, typeof(TaskContext));
        return (AttemptWait)made;
    }

    /// <summary>Numbers the requests of the attempt that are equal.</summary>
    private int NextCall(string what, string arguments) =>
        LazyInitializer.EnsureInitialized(ref requests).AddOrUpdate((what, arguments), 1, (_, calls) => calls + 1);

    private string NextKey() => ChildKeys.OfCall(attempt.Leased.Id, Interlocked.Increment(ref childNumber));

    private string NamedKey(string key) =>
        key.Length is > 0 and <= LongestKey
            ? ChildKeys.OfName(attempt.Leased.Id, key)
            : throw new ArgumentException($"key must have 1 to {LongestKey} characters; it has {key.Length}.", nameof(key));
}
