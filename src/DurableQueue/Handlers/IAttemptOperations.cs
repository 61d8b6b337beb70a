namespace DurableQueue;

/// <summary>The operations behind <see cref="TaskContext"/>, implemented by the worker that runs the attempt.</summary>
internal interface IAttemptOperations
{
    /// <summary>The registered handlers and their payload types.</summary>
    ITaskTypes Types { get; }

    void ReportProgress(double fraction, string? message);

    ValueTask CheckpointAsync(ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken);

    ValueTask RaiseAsync(NewNotification notification, ReadOnlyMemory<byte>? checkpoint, CancellationToken cancellationToken);

    ValueTask ReportCostAsync(Cost cost, string? key, IReadOnlyDictionary<string, string>? tags, CancellationToken cancellationToken);

    ValueTask<TaskId> EnqueueAsync(NewTask task, string? key, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(IReadOnlyList<NewTask> tasks, CancellationToken cancellationToken);

    Task<ApprovalInfo> RequestApprovalAsync(string what, string arguments, ApprovalOptions? options, CancellationToken cancellationToken);

    Task<WaitSummary> WaitForAsync(IReadOnlyList<TaskId> ids, WaitOptions? options, CancellationToken cancellationToken);

    /// <summary>Waits for something else, without the slots.</summary>
    Task WithoutSlotAsync(Func<CancellationToken, Task> wait, CancellationToken cancellationToken);

    /// <summary>Waits for a decision, without the timeout, and without the slots if they need not be kept.</summary>
    Task DuringDecisionAsync(Func<CancellationToken, Task> wait, bool keepSlot, CancellationToken cancellationToken);
}
