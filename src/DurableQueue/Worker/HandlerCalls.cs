using System.Globalization;
using DurableQueue.Storage;

namespace DurableQueue.Worker;

/// <summary>What the handler of one attempt does with the queue.</summary>
internal sealed class HandlerCalls(Attempt attempt, ITaskQueue queue, ITaskTypes types, ProgressKeeper progress, AttemptWait wait) : IHandlerCalls
{
    private const int LongestKey = 256;

    private int childNumber;

    public ITaskTypes Types => types;

    public void ReportProgress(double fraction, string? message) => progress.Report(attempt, fraction, message);

    public async ValueTask CheckpointAsync(ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken)
    {
        if (!await queue.CheckpointAsync(attempt.Leased.Lease, checkpoint, cancellationToken).ConfigureAwait(false))
        {
            attempt.Stop(StopReason.LeaseLost);
            throw new OperationCanceledException("The lease of the attempt is lost; the checkpoint was not stored.", attempt.Token);
        }
    }

    public ValueTask<TaskId> EnqueueAsync(NewTask task, string? key, CancellationToken cancellationToken) =>
        queue.EnqueueAsync(Child(task, key is null ? NextKey() : NamedKey(key)), cancellationToken);

    public ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(IReadOnlyList<NewTask> tasks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        return queue.EnqueueAsync([.. tasks.Select(task => Child(task, NextKey()))], cancellationToken);
    }

    public Task<WaitSummary> WaitForAsync(IReadOnlyList<TaskId> ids, WaitOptions? options, CancellationToken cancellationToken) =>
        wait.RunAsync(ids, options, cancellationToken);

    private NewTask Child(NewTask task, string dedupKey)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.DedupKey is not null)
        {
            throw new ArgumentException("A child is deduplicated by its parent and its key; it cannot have a DedupKey of its own.", nameof(task));
        }

        var parent = attempt.Leased.Id.Value.ToString(CultureInfo.InvariantCulture);
        return task with
        {
            DedupKey = dedupKey,
            DedupScope = DedupScope.Forever,
            Metadata = new Dictionary<string, string>(task.Metadata ?? new Dictionary<string, string>()) { [TaskContext.ParentMetadataKey] = parent },
        };
    }

    private string NextKey() => ChildKeys.OfCall(attempt.Leased.Id, Interlocked.Increment(ref childNumber));

    private string NamedKey(string key) =>
        key.Length is > 0 and <= LongestKey
            ? ChildKeys.OfName(attempt.Leased.Id, key)
            : throw new ArgumentException($"key must have 1 to {LongestKey} characters; it has {key.Length}.", nameof(key));
}
