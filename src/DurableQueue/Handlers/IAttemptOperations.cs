namespace DurableQueue;

/// <summary>What a handler asks for through its <see cref="TaskContext"/>; the worker that runs the attempt does it.</summary>
internal interface IAttemptOperations
{
    /// <summary>What the queue knows of handlers and their payloads.</summary>
    ITaskTypes Types { get; }

    void ReportProgress(double fraction, string? message);

    ValueTask CheckpointAsync(ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken);

    ValueTask ReportCostAsync(Cost cost, string? key, IReadOnlyDictionary<string, string>? tags, CancellationToken cancellationToken);

    ValueTask<TaskId> EnqueueAsync(NewTask task, string? key, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(IReadOnlyList<NewTask> tasks, CancellationToken cancellationToken);

    Task<ApprovalInfo> RequestApprovalAsync(string what, string arguments, ApprovalOptions? options, CancellationToken cancellationToken);

    Task<WaitSummary> WaitForAsync(IReadOnlyList<TaskId> ids, WaitOptions? options, CancellationToken cancellationToken);
}
