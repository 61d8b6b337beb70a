using System.Globalization;

namespace DurableQueue;

/// <summary>What a handler knows about the attempt it runs, and what it can do from within.</summary>
public sealed class TaskContext
{
    /// <summary>The metadata entry of a child that names the task whose handler enqueued it.</summary>
    public const string ParentMetadataKey = "dq.parent";

    private const int LongestMessage = 512;

    private readonly LeasedTask task;
    private readonly IHandlerCalls calls;

    internal TaskContext(LeasedTask task, IHandlerCalls calls)
    {
        this.task = task;
        this.calls = calls;
    }

    /// <summary>The task.</summary>
    public TaskId Id => task.Id;

    /// <summary>The number of this attempt, from 1. Attempts that were given back at a shutdown do not count.</summary>
    public int Attempt => task.Attempt;

    /// <summary>The task's type.</summary>
    public string Type => task.Type;

    /// <summary>The task's group.</summary>
    public string Group => task.Group;

    /// <summary>The metadata given at enqueue; empty if none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => task.Metadata;

    /// <summary>The task whose handler enqueued this one; <see langword="null"/> if it was no handler.</summary>
    public TaskId? Parent => ParentOf(task.Metadata);

    /// <summary>
    /// The last checkpoint of an earlier attempt of the task; <see langword="null"/> if none was stored. What this attempt stores does not
    /// change it.
    /// </summary>
    public ReadOnlyMemory<byte>? LastCheckpoint => task.Checkpoint;

    internal ITaskTypes Types => calls.Types;

    /// <summary>Tells how far the attempt is, for those who look at the task; the last report is kept.</summary>
    /// <param name="fraction">0 to 1.</param>
    /// <param name="message">For people; at most 512 characters.</param>
    /// <param name="cancellationToken">When it has fired, nothing is reported.</param>
    /// <remarks>
    /// Report as often as you like: the latest report of each attempt is written within 250 ms, together with those of others, and before the
    /// attempt ends. A report is advice, not work: the call does not wait for the disk, trouble with the store is logged and does not fail the
    /// handler, and a crash may lose the last 250 ms. If it turns out that the lease is lost, the handler's cancellation token fires.
    /// </remarks>
    /// <exception cref="ArgumentException">The fraction or the message is out of its limits.</exception>
    public ValueTask ReportProgressAsync(double fraction, string? message = null, CancellationToken cancellationToken = default)
    {
        if (fraction is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "fraction must be from 0 to 1.");
        }

        if (message?.Length > LongestMessage)
        {
            throw new ArgumentException($"message must have at most {LongestMessage} characters; it has {message.Length}.", nameof(message));
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        calls.ReportProgress(fraction, message);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Stores what the next attempt of the task is to begin with, should this one not succeed. It replaces the last checkpoint, is on disk
    /// when the call returns, and outlives a crash; the success of the task deletes it, and so does <see cref="ITaskControl.RetryAsync"/>.
    /// </summary>
    /// <param name="checkpoint">At most 16 MiB unless the queue is set otherwise for results.</param>
    /// <param name="cancellationToken">
    /// Works until the writer takes the operation. The handler's own token is not asked: a handler that was told to stop may still store how
    /// far it came.
    /// </param>
    /// <exception cref="ArgumentException">It is too long.</exception>
    /// <exception cref="OperationCanceledException">The lease is lost; nothing was stored, and the handler's token fires.</exception>
    /// <exception cref="QueueStorageException">It could not be stored.</exception>
    public ValueTask CheckpointAsync(ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken = default) =>
        calls.CheckpointAsync(checkpoint, cancellationToken);

    /// <summary>
    /// Enqueues a child: once per key, however often the handler runs. A later attempt that asks for the same key gets the id of the same
    /// task, whatever has become of it.
    /// </summary>
    /// <param name="task">The child; without a <see cref="NewTask.DedupKey"/> of its own. Its metadata gets <see cref="ParentMetadataKey"/>.</param>
    /// <param name="key">
    /// Names the child among the children of this task; 1 to 256 characters. <see langword="null"/> means its number among the calls of this
    /// attempt that named no key: right if the handler makes the same calls in the same order each time.
    /// </param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <exception cref="ArgumentException">A setting is out of its limits, or a dependency is unknown.</exception>
    public ValueTask<TaskId> EnqueueAsync(NewTask task, string? key = null, CancellationToken cancellationToken = default) =>
        calls.EnqueueAsync(task, key, cancellationToken);

    /// <summary>Enqueues children, all or none, each with its number among the calls of this attempt as its key.</summary>
    /// <param name="tasks">At most 10,000; each as for one child.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <exception cref="ArgumentException">A setting is out of its limits, a dependency is unknown, or dependencies make a cycle.</exception>
    public ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(IReadOnlyList<NewTask> tasks, CancellationToken cancellationToken = default) =>
        calls.EnqueueAsync(tasks, cancellationToken);

    /// <summary>Waits until a task has finished, as <see cref="WaitForAsync(IReadOnlyList{TaskId}, WaitOptions?, CancellationToken)"/> does.</summary>
    public Task<WaitSummary> WaitForAsync(TaskId id, WaitOptions? options = null, CancellationToken cancellationToken = default) =>
        calls.WaitForAsync([id], options, cancellationToken);

    /// <summary>
    /// Waits until tasks have finished, children or others, and gives the slots of this attempt back meanwhile, the group's and the worker's,
    /// so that they can run in them. The lease goes on being renewed, and the attempt's timeout goes on counting.
    /// </summary>
    /// <param name="ids">At most 100,000.</param>
    /// <param name="options">How long to wait, and for what; <see langword="null"/> means until all have finished.</param>
    /// <param name="cancellationToken">Ends the wait; the handler's own token does so in any case.</param>
    /// <remarks>
    /// When the wait is over, the attempt takes a slot of the worker again as soon as one is free, before any new checkout, and its place in
    /// the group, even if that is full by now. When the host stops, waiting attempts are given back at once, uncharged: what they wait for may
    /// not begin here any more. After a crash the handler begins anew, finds its children by their keys, and waits again.
    /// </remarks>
    /// <exception cref="ArgumentException">An id is that of this task or of one that it is a descendant of: the wait would not end.</exception>
    /// <exception cref="TaskNotFoundException">There is no such task.</exception>
    /// <exception cref="OperationCanceledException">The attempt is to stop, or its lease is lost; the handler's token has fired.</exception>
    public Task<WaitSummary> WaitForAsync(IReadOnlyList<TaskId> ids, WaitOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return calls.WaitForAsync(ids, options, cancellationToken);
    }

    /// <summary>The parent that a task's metadata names.</summary>
    internal static TaskId? ParentOf(IReadOnlyDictionary<string, string> metadata) =>
        metadata.TryGetValue(ParentMetadataKey, out var text)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parent)
            ? new TaskId(parent)
            : null;
}
