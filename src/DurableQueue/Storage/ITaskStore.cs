using System.Data.Common;

namespace DurableQueue.Storage;

/// <summary>
/// Where a queue is kept: checked values in, rows out. The facades check arguments, start spans, wait, watch, page and prune; a store only carries out one
/// operation at a time, atomically, and tells <see cref="Signals"/> what was committed. <c>docs/decisions/0022-store-seam.md</c> lists what a store writes.
/// </summary>
/// <remarks>
/// A cancellation token cancels a call only while it is queued. Stores throw <see cref="QueueStorageException"/> for trouble of their own, and the exceptions
/// that <see cref="ITaskQueue"/> and its parts name for what they find: a missing task, a task in the wrong state.
/// </remarks>
internal interface ITaskStore : IDisposable
{
    /// <summary>What the store tells of its commits, and of those of other processes.</summary>
    QueueSignals Signals { get; }

    /// <summary>Changes to tasks from outside.</summary>
    ITaskControlStore Control { get; }

    /// <summary>Groups.</summary>
    IGroupStore Groups { get; }

    /// <summary>Schedules.</summary>
    IScheduleStore Schedules { get; }

    /// <summary>Requests for approvals, and gates.</summary>
    IApprovalStore Approvals { get; }

    /// <summary>Policies, charges and what was used.</summary>
    IBudgetStore Budgets { get; }

    /// <summary>Notifications and their subscribers.</summary>
    INotificationStore Notifications { get; }

    /// <summary>Reads of tasks; none of them holds up writers.</summary>
    ITaskReader Reader { get; }

    /// <summary>What an open queue does by itself.</summary>
    IUpkeepStore Upkeep { get; }

    /// <summary>Stores one task, or finds the one that has its dedup key.</summary>
    ValueTask<TaskId> EnqueueAsync(CheckedTask task, CancellationToken cancellationToken);

    /// <summary>Stores tasks, all or none; the answers are in the order of the list.</summary>
    ValueTask<EnqueueResult[]> EnqueueAsync(IReadOnlyList<CheckedTask> tasks, CancellationToken cancellationToken);

    /// <summary>The same inside an open transaction of the application on this store.</summary>
    /// <exception cref="ArgumentException">The transaction has ended, is on another store, or is another provider's.</exception>
    ValueTask<EnqueueResult[]> EnqueueAsync(IReadOnlyList<CheckedTask> tasks, DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Claims the best ready task, if there is any.</summary>
    ValueTask<LeasedTask?> CheckoutAsync(CheckoutRequest request, CancellationToken cancellationToken);

    /// <summary>Claims the best ready tasks, in checkout order.</summary>
    ValueTask<IReadOnlyList<LeasedTask>> CheckoutAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken);

    /// <summary>
    /// Waits until <see cref="QueueSignals.Ready"/> is above <paramref name="seen"/>. A store that can claims tasks for the waiting worker in the transaction that
    /// makes them ready. The token works until that has happened.
    /// </summary>
    /// <returns>What was claimed, in as many of the slots that were taken; nothing if it only is time to check out.</returns>
    ValueTask<IReadOnlyList<LeasedTask>> WaitForTasksAsync(long seen, WaitingWorker waiting, CancellationToken cancellationToken);

    /// <summary>Waits until the selected tasks have finished. A store forwards it to <c>QueueWaits</c>.</summary>
    /// <param name="selector">The tasks.</param>
    /// <param name="options">Timeout and fail-fast.</param>
    /// <param name="waiting">The attempt that waits, without its slot; <see langword="null"/>: none does.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<WaitSummary> WaitAsync(TaskSelector selector, WaitOptions options, Lease? waiting, CancellationToken cancellationToken);

    /// <summary>Waits until a request is decided or has expired. A store forwards it to <c>QueueWaits</c>.</summary>
    /// <param name="id">The request.</param>
    /// <param name="waiting">The attempt that waits, with or without its slot; <see langword="null"/>: none does.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<ApprovalInfo> WaitForDecisionAsync(ApprovalId id, Lease? waiting, CancellationToken cancellationToken);

    /// <summary>Renews leases; the answers are in the order given.</summary>
    ValueTask<HeartbeatResult[]> HeartbeatAsync(Lease[] leases, CancellationToken cancellationToken);

    /// <summary>Ends a task with success.</summary>
    ValueTask<bool> CompleteAsync(Lease lease, ReadOnlyMemory<byte> result, CancellationToken cancellationToken);

    /// <summary>Ends tasks with success, each lease judged by itself; all in one transaction.</summary>
    /// <param name="tasks">The attempts, each with its result.</param>
    /// <param name="inLine">
    /// Called once nothing that is asked for from then on can come before the completion, so that a checkout that counts on the slots of these tasks is likely to
    /// join its transaction; <see langword="null"/>: nobody needs to know.
    /// </param>
    /// <param name="cancellationToken">Cancels the call only while it is queued.</param>
    ValueTask<bool[]> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, Action? inLine, CancellationToken cancellationToken);

    /// <summary>Ends an attempt without success.</summary>
    ValueTask<bool> FailAsync(Lease lease, TaskFailure failure, CancellationToken cancellationToken);

    /// <summary>Gives a task back without charging the attempt.</summary>
    ValueTask<bool> ReleaseAsync(Lease lease, long delayMs, CancellationToken cancellationToken);

    /// <summary>Gives a task its type and queues it again.</summary>
    ValueTask<bool> RouteAsync(Lease lease, RouteDecision choice, bool isFallback, CancellationToken cancellationToken);

    /// <summary>Gives the group's slot back; the lease continues.</summary>
    ValueTask<bool> SuspendAsync(Lease lease, CancellationToken cancellationToken);

    /// <summary>Takes the group's slot again.</summary>
    ValueTask<bool> ResumeAsync(Lease lease, CancellationToken cancellationToken);

    /// <summary>Takes over the attempt of a worker process that is gone.</summary>
    ValueTask<LeasedTask?> TakeOverAsync(TaskId id, string worker, CancellationToken cancellationToken);

    /// <summary>Takes over attempts of adopted types whose worker has stopped or is gone.</summary>
    ValueTask<IReadOnlyList<LeasedTask>> TakeOverAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken);

    /// <summary>Stores how far an attempt is.</summary>
    ValueTask<bool> ReportProgressAsync(Lease lease, double fraction, string? message, CancellationToken cancellationToken);

    /// <summary>Stores what later attempts begin with.</summary>
    ValueTask<bool> CheckpointAsync(Lease lease, ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken);

    /// <summary>Goes once through the writer, without writing.</summary>
    /// <returns>How long that waited for the writer, and for other processes that write.</returns>
    ValueTask<TimeSpan> ProbeWriterAsync(CancellationToken cancellationToken);

    /// <summary>Reads the health of the store; <see cref="StoreHealth.WriterWait"/> is zero.</summary>
    ValueTask<StoreHealth> ReadHealthAsync(CancellationToken cancellationToken);
}
