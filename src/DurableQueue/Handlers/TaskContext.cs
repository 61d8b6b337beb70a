using System.Globalization;

namespace DurableQueue;

/// <summary>Gives a handler access to its task and attempt, and to operations on them.</summary>
public sealed class TaskContext
{
    /// <summary>The key of the metadata entry of a child task with the id of its parent: the task whose handler enqueued it.</summary>
    public const string ParentMetadataKey = "dq.parent";

    private const int LongestMessage = 512;

    private readonly LeasedTask task;
    private readonly IAttemptOperations operations;

    internal TaskContext(LeasedTask task, IAttemptOperations operations)
    {
        this.task = task;
        this.operations = operations;
    }

    /// <summary>The id of the task.</summary>
    public TaskId Id => task.Id;

    /// <summary>The number of this attempt, from 1. Attempts that were released at a shutdown don't count.</summary>
    public int Attempt => task.Attempt;

    /// <summary>The task's type.</summary>
    public string Type => task.Type;

    /// <summary>The task's group.</summary>
    public string Group => task.Group;

    /// <summary>The metadata given at enqueue; empty if none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => task.Metadata;

    /// <summary>The task whose handler enqueued this one; <see langword="null"/> if no handler did.</summary>
    public TaskId? Parent => ParentOf(task.Metadata);

    /// <summary>The name of the schedule that enqueued the task; <see langword="null"/> if none did.</summary>
    public string? Schedule => task.Schedule;

    /// <summary>
    /// The time of the schedule's occurrence in UTC, which doesn't depend on when the task actually runs. <see langword="null"/> if no schedule
    /// enqueued the task.
    /// </summary>
    public DateTimeOffset? OccursAt => task.OccursAt;

    /// <summary>
    /// The last checkpoint of an earlier attempt of the task; <see langword="null"/> if none was stored. Checkpoints of this attempt don't change it.
    /// </summary>
    public ReadOnlyMemory<byte>? LastCheckpoint => task.Checkpoint;

    internal ITaskTypes Types => operations.Types;

    /// <summary>Waits for something else than tasks, without the slots of the attempt.</summary>
    internal Task WithoutSlotAsync(Func<CancellationToken, Task> wait, CancellationToken cancellationToken) => operations.WithoutSlotAsync(wait, cancellationToken);

    /// <summary>Waits for a decision that is asked for elsewhere. The timeout of the attempt doesn't count the wait.</summary>
    internal Task DuringDecisionAsync(Func<CancellationToken, Task> wait, bool keepSlot, CancellationToken cancellationToken) =>
        operations.DuringDecisionAsync(wait, keepSlot, cancellationToken);

    /// <summary>Reports the progress of the attempt, replacing the last report. It is shown with the task.</summary>
    /// <param name="fraction">The fraction that is done, 0 to 1.</param>
    /// <param name="message">A text for people, at most 512 characters.</param>
    /// <param name="cancellationToken">If it is cancelled, nothing is reported.</param>
    /// <remarks>
    /// You can report as often as you like: the latest report of each attempt is written within 250 ms, together with those of other attempts, and
    /// before the attempt ends. The call doesn't wait for the disk, a storage error is logged and doesn't fail the handler, and a crash may lose the
    /// reports of the last 250 ms. If the lease turns out to be lost, the handler's cancellation token is cancelled.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="fraction"/> is out of range, or <paramref name="message"/> is too long.</exception>
    public ValueTask ReportProgressAsync(double fraction, string? message = null, CancellationToken cancellationToken = default)
    {
        if (fraction is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "fraction must be between 0 and 1.");
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
    /// Stores the state from which the next attempt continues if this one doesn't succeed, replacing the last checkpoint. It is committed when the call returns
    /// (on disk with <see cref="Durability.Full"/>, the default) and survives a crash. It is deleted when the task succeeds, and by
    /// <see cref="ITaskControl.RetryAsync"/>.
    /// </summary>
    /// <param name="checkpoint">The state. At most 16 MiB by default; the limit of results applies.</param>
    /// <param name="cancellationToken">
    /// Cancels the call only while it is queued; once the write has started, the call completes and returns its result. The handler's own token has
    /// no effect on it, so that a handler that was asked to stop can still store its state.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="checkpoint"/> is too long.</exception>
    /// <exception cref="OperationCanceledException">The lease is lost. Nothing was stored, and the handler's token is cancelled.</exception>
    /// <exception cref="QueueStorageException">The store failed.</exception>
    public ValueTask CheckpointAsync(ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken = default) =>
        operations.CheckpointAsync(checkpoint, cancellationToken);

    /// <summary>
    /// Publishes a notification about the task, alone or together with a checkpoint: both or none. A handler that watches something can so raise each
    /// notification exactly once: the next attempt continues from the checkpoint.
    /// </summary>
    /// <param name="notification">The notification. Its task is this one.</param>
    /// <param name="checkpoint">See <see cref="CheckpointAsync"/>; <see langword="null"/> means that the last one stays.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes.</param>
    /// <remarks>If the task's cancellation was requested, a notification with <see cref="NewNotification.VoidWithTask"/> is void at once.</remarks>
    /// <exception cref="ArgumentException">A value is out of range, or the notification names another task.</exception>
    /// <exception cref="OperationCanceledException">The lease is lost. Nothing was stored, and the handler's token is cancelled.</exception>
    /// <exception cref="QueueStorageException">The store failed.</exception>
    public ValueTask RaiseAsync(NewNotification notification, ReadOnlyMemory<byte>? checkpoint = null, CancellationToken cancellationToken = default) =>
        operations.RaiseAsync(notification, checkpoint, cancellationToken);

    /// <summary>
    /// Charges a cost of the attempt to the budgets of the task. It is committed when the call returns; a crash neither loses it nor counts it twice.
    /// </summary>
    /// <param name="amount">The amount: 0 to 1,000,000,000, with up to nine decimals.</param>
    /// <param name="unit">The currency or another unit. Letter case doesn't matter.</param>
    /// <param name="tags">Values stored with the charge, such as the name of a model. The limits of <see cref="NewTask.Metadata"/> apply.</param>
    /// <param name="key">
    /// Distinguishes the charge from others of the same attempt, so that a call can be repeated after an error; 1 to 256 characters.
    /// <see langword="null"/> means the number of the call among those without a key: each call counts.
    /// </param>
    /// <param name="cancellationToken">
    /// Cancels the call only while it is queued; once the write has started, the call completes and returns its result. The handler's own token has
    /// no effect on it: money that is spent counts, even if the attempt should stop or its lease is lost.
    /// </param>
    /// <remarks>Report costs when they arise, not only at the end. The costs of later attempts count separately.</remarks>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    /// <exception cref="TaskNotFoundException">The task was removed after its lease was lost.</exception>
    /// <exception cref="QueueStorageException">The store failed.</exception>
    public ValueTask ReportCostAsync(
        decimal amount,
        string unit = Cost.DefaultUnit,
        IReadOnlyDictionary<string, string>? tags = null,
        string? key = null,
        CancellationToken cancellationToken = default) =>
        operations.ReportCostAsync(new Cost(amount, unit), key, tags, cancellationToken);

    /// <summary>
    /// Enqueues a child task, once per key however often the handler runs. A later attempt that uses the same key gets the id of the same task, in
    /// whatever state it is.
    /// </summary>
    /// <param name="task">The child, which must not have a <see cref="NewTask.DedupKey"/>. <see cref="ParentMetadataKey"/> is added to its metadata.</param>
    /// <param name="key">
    /// Identifies the child among the children of this task; 1 to 256 characters. <see langword="null"/> means the number of the call among those
    /// without a key in this attempt, which is right only if the handler makes the same calls in the same order in every attempt.
    /// </param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">A setting is out of range, or a dependency doesn't exist.</exception>
    public ValueTask<TaskId> EnqueueAsync(NewTask task, string? key = null, CancellationToken cancellationToken = default) =>
        operations.EnqueueAsync(task, key, cancellationToken);

    /// <summary>
    /// Enqueues child tasks, all or none. Each child gets a number as its key, in the order of the calls of this attempt.
    /// </summary>
    /// <param name="tasks">The children, at most 10,000.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">A setting is out of range, a dependency doesn't exist, or the dependencies form a cycle.</exception>
    public ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(IReadOnlyList<NewTask> tasks, CancellationToken cancellationToken = default) =>
        operations.EnqueueAsync(tasks, cancellationToken);

    /// <summary>Waits until a task has finished, like <see cref="WaitForAsync(IReadOnlyList{TaskId}, WaitOptions?, CancellationToken)"/>.</summary>
    public Task<WaitSummary> WaitForAsync(TaskId id, WaitOptions? options = null, CancellationToken cancellationToken = default) =>
        operations.WaitForAsync([id], options, cancellationToken);

    /// <summary>
    /// Waits until tasks have finished, such as child tasks. During the wait the attempt frees its slots in the group and in the worker, so that the
    /// tasks can run in them. The lease is renewed, and the attempt's timeout continues to run.
    /// </summary>
    /// <param name="ids">The tasks, at most 100,000.</param>
    /// <param name="options">How long to wait, and for what; <see langword="null"/> means until all have finished.</param>
    /// <param name="cancellationToken">Ends the wait. The handler's own token also ends it.</param>
    /// <remarks>
    /// After the wait, the attempt takes a slot of the worker as soon as one is free, ahead of any new checkout, and its slot in the group, even if
    /// the group is full. When the host stops, waiting attempts are released at once without being charged, because the tasks that they wait for may
    /// never start in this process. After a crash, the handler starts again from the beginning, finds its children by their keys, and waits again.
    /// </remarks>
    /// <exception cref="ArgumentException">One of the ids is this task or one of its ancestors: the wait would never end.</exception>
    /// <exception cref="TaskNotFoundException">One of the tasks doesn't exist.</exception>
    /// <exception cref="OperationCanceledException">The attempt should stop, or its lease is lost. The handler's token is cancelled.</exception>
    public Task<WaitSummary> WaitForAsync(IReadOnlyList<TaskId> ids, WaitOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return operations.WaitForAsync(ids, options, cancellationToken);
    }

    /// <summary>
    /// Requests an approval, and waits until it is decided. The request is stored before the wait. During the wait the attempt frees its slots in the
    /// group and in the worker, the lease is renewed, and the attempt's timeout is paused.
    /// </summary>
    /// <param name="what">What needs approval, for people, such as the name of a tool; 1 to 512 characters.</param>
    /// <param name="arguments">The exact arguments, usually JSON; at most 1,048,576 characters.</param>
    /// <param name="options">
    /// Who may decide, until when, whether the slots are kept, and the key. <see langword="null"/> means that anyone may decide, at any time.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; the request stays pending. The handler's own token also ends it.</param>
    /// <returns>The approved request, with who approved it, when, and the note.</returns>
    /// <remarks>
    /// <para>
    /// Each call needs its own decision, even if it is equal to an earlier call of the attempt, unless both have the same
    /// <see cref="ApprovalOptions.Key"/>. A later attempt that makes the same call (the same text and arguments, and the same key or number) gets the
    /// same decision or continues to wait for it, so that no one is asked twice, whether the worker crashed before or after the decision. A call with
    /// other arguments makes a new request, and so do all calls after the task was retried with <see cref="ITaskControl.RetryAsync"/>.
    /// </para>
    /// <para>
    /// When the host stops, the attempt is released at once without being charged, and the request stays pending. If the task ends before the
    /// decision, the request is withdrawn.
    /// </para>
    /// </remarks>
    /// <exception cref="ApprovalRejectedException">
    /// The request was rejected, or has expired. If the handler doesn't catch it, the task ends with <see cref="TaskOutcome.Rejected"/>.
    /// </exception>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    /// <exception cref="OperationCanceledException">The attempt should stop, or its lease is lost. The handler's token is cancelled.</exception>
    /// <exception cref="QueueStorageException">The store failed.</exception>
    public Task<ApprovalInfo> RequestApprovalAsync(
        string what, string arguments = "", ApprovalOptions? options = null, CancellationToken cancellationToken = default) =>
        operations.RequestApprovalAsync(what, arguments, options, cancellationToken);

    /// <summary>Finds the parent in the metadata of a task.</summary>
    internal static TaskId? ParentOf(IReadOnlyDictionary<string, string> metadata) =>
        metadata.TryGetValue(ParentMetadataKey, out var text)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parent)
            ? new TaskId(parent)
            : null;
}
