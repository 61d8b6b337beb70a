using System.Globalization;

namespace DurableQueue;

/// <summary>What a handler knows about the attempt it runs, and what it can do from within.</summary>
public sealed class TaskContext
{
    /// <summary>The metadata entry of a child that names the task whose handler enqueued it.</summary>
    public const string ParentMetadataKey = "dq.parent";

    private const int LongestMessage = 512;

    private readonly LeasedTask task;
    private readonly IAttemptOperations operations;

    internal TaskContext(LeasedTask task, IAttemptOperations operations)
    {
        this.task = task;
        this.operations = operations;
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

    /// <summary>The schedule that the task is a run of; <see langword="null"/> if none enqueued it.</summary>
    public string? Schedule => task.Schedule;

    /// <summary>
    /// The time of the schedule's occurrence that the task is the run of, in UTC: the time it is about, whenever it runs. <see langword="null"/> if
    /// no schedule enqueued it.
    /// </summary>
    public DateTimeOffset? OccursAt => task.OccursAt;

    /// <summary>
    /// The last checkpoint of an earlier attempt of the task; <see langword="null"/> if none was stored. What this attempt stores does not
    /// change it.
    /// </summary>
    public ReadOnlyMemory<byte>? LastCheckpoint => task.Checkpoint;

    internal ITaskTypes Types => operations.Types;

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

        operations.ReportProgress(fraction, message);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Stores what the next attempt of the task is to begin with, should this one not succeed. It replaces the last checkpoint, is on disk
    /// when the call returns, and outlives a crash; the success of the task deletes it, and so does <see cref="ITaskControl.RetryAsync"/>.
    /// </summary>
    /// <param name="checkpoint">At most 16 MiB unless the queue is set otherwise for results.</param>
    /// <param name="cancellationToken">
    /// Cancels the call only while it is queued; once the write has started, the call completes and returns its result. The handler's own token is
    /// not asked: a handler that was told to stop may still store how far it came.
    /// </param>
    /// <exception cref="ArgumentException">It is too long.</exception>
    /// <exception cref="OperationCanceledException">The lease is lost; nothing was stored, and the handler's token fires.</exception>
    /// <exception cref="QueueStorageException">It could not be stored.</exception>
    public ValueTask CheckpointAsync(ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken = default) =>
        operations.CheckpointAsync(checkpoint, cancellationToken);

    /// <summary>
    /// Charges what the attempt cost to the budgets of the task. On disk when the call returns; a crash neither loses it nor makes it count twice.
    /// </summary>
    /// <param name="amount">0 to 1,000,000,000, with up to nine decimals.</param>
    /// <param name="unit">The currency, or another unit; letter case does not matter.</param>
    /// <param name="tags">Kept with the charge, such as the name of a model; limits as in <see cref="NewTask.Metadata"/>.</param>
    /// <param name="key">
    /// Tells it from the other costs of the attempt, so that a call may be repeated after an error; 1 to 256 characters. <see langword="null"/>
    /// means its number among the calls that named no key: each call counts.
    /// </param>
    /// <param name="cancellationToken">
    /// Cancels the call only while it is queued; once the write has started, the call completes and returns its result. The handler's own token is
    /// not asked: money that is spent counts, also when the attempt is to stop or its lease is lost.
    /// </param>
    /// <remarks>A later attempt has costs of its own. Report as you spend, not only at the end.</remarks>
    /// <exception cref="ArgumentException">A value is out of its limits.</exception>
    /// <exception cref="TaskNotFoundException">The task was removed after its lease was lost.</exception>
    /// <exception cref="QueueStorageException">It could not be stored.</exception>
    public ValueTask ReportCostAsync(
        decimal amount,
        string unit = Cost.DefaultUnit,
        IReadOnlyDictionary<string, string>? tags = null,
        string? key = null,
        CancellationToken cancellationToken = default) =>
        operations.ReportCostAsync(new Cost(amount, unit), key, tags, cancellationToken);

    /// <summary>
    /// Enqueues a child: once per key, however often the handler runs. A later attempt that asks for the same key gets the id of the same
    /// task, whatever has become of it.
    /// </summary>
    /// <param name="task">The child; without a <see cref="NewTask.DedupKey"/> of its own. Its metadata gets <see cref="ParentMetadataKey"/>.</param>
    /// <param name="key">
    /// Names the child among the children of this task; 1 to 256 characters. <see langword="null"/> means its number among the calls of this
    /// attempt that named no key: right if the handler makes the same calls in the same order each time.
    /// </param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">A setting is out of its limits, or a dependency is unknown.</exception>
    public ValueTask<TaskId> EnqueueAsync(NewTask task, string? key = null, CancellationToken cancellationToken = default) =>
        operations.EnqueueAsync(task, key, cancellationToken);

    /// <summary>Enqueues children, all or none, each with its number among the calls of this attempt as its key.</summary>
    /// <param name="tasks">At most 10,000; each as for one child.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">A setting is out of its limits, a dependency is unknown, or dependencies make a cycle.</exception>
    public ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(IReadOnlyList<NewTask> tasks, CancellationToken cancellationToken = default) =>
        operations.EnqueueAsync(tasks, cancellationToken);

    /// <summary>Waits until a task has finished, as <see cref="WaitForAsync(IReadOnlyList{TaskId}, WaitOptions?, CancellationToken)"/> does.</summary>
    public Task<WaitSummary> WaitForAsync(TaskId id, WaitOptions? options = null, CancellationToken cancellationToken = default) =>
        operations.WaitForAsync([id], options, cancellationToken);

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
        return operations.WaitForAsync(ids, options, cancellationToken);
    }

    /// <summary>
    /// Asks people for permission, and waits until one of them decides. The request is stored before the wait begins; the slots of this attempt, the
    /// group's and the worker's, are given back meanwhile; the lease goes on being renewed; the attempt's timeout does not count the wait.
    /// </summary>
    /// <param name="what">What is to be done, for people, such as the name of a tool; 1 to 512 characters.</param>
    /// <param name="arguments">With what, exactly; usually JSON. Up to 1,048,576 characters.</param>
    /// <param name="options">Who may decide, until when, whether the slots are kept, and a key; <see langword="null"/> means anybody, at any time.</param>
    /// <param name="cancellationToken">Ends the wait, and leaves the request pending; the handler's own token does so in any case.</param>
    /// <returns>The request, approved: who, when, and the note.</returns>
    /// <remarks>
    /// <para>
    /// Each call needs a decision of its own, also one that says the same as an earlier call of the attempt, unless
    /// <see cref="ApprovalOptions.Key"/> says that they are one request. A later attempt that makes the same call, by text, arguments and key or
    /// number, gets the same decision, or goes on waiting for it: nobody is asked twice, whether the worker died before or after the decision.
    /// Other arguments ask anew. A retry in place begins a new run, which asks anew.
    /// </para>
    /// <para>
    /// When the host stops, the attempt is given back at once, uncharged; the request stays. It is withdrawn when the task ends without its decision.
    /// </para>
    /// </remarks>
    /// <exception cref="ApprovalRejectedException">
    /// It was refused, or has expired. Let out of the handler, it ends the task for good: <see cref="TaskOutcome.Rejected"/>.
    /// </exception>
    /// <exception cref="ArgumentException">A value is out of its limits.</exception>
    /// <exception cref="OperationCanceledException">The attempt is to stop, or its lease is lost; the handler's token has fired.</exception>
    /// <exception cref="QueueStorageException">It could not be stored.</exception>
    public Task<ApprovalInfo> RequestApprovalAsync(
        string what, string arguments = "", ApprovalOptions? options = null, CancellationToken cancellationToken = default) =>
        operations.RequestApprovalAsync(what, arguments, options, cancellationToken);

    /// <summary>The parent that a task's metadata names.</summary>
    internal static TaskId? ParentOf(IReadOnlyDictionary<string, string> metadata) =>
        metadata.TryGetValue(ParentMetadataKey, out var text)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parent)
            ? new TaskId(parent)
            : null;
}
