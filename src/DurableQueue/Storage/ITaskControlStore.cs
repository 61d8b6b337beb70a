namespace DurableQueue.Storage;

/// <summary>Changes to tasks from outside. Each throws for a missing task, and for one in a state where the call makes no sense.</summary>
internal interface ITaskControlStore
{
    /// <summary>The same, with each request recorded under a name.</summary>
    ITaskControlStore As(string by);

    ValueTask<CancelResult> CancelAsync(TaskId id, string? reason, bool withTree, CancellationToken cancellationToken);

    ValueTask RetryAsync(TaskId id, bool withDependents, bool stashed, CancellationToken cancellationToken);

    /// <param name="id">The task.</param>
    /// <param name="stash">Puts it aside; else takes it back.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued.</param>
    ValueTask StashAsync(TaskId id, bool stash, CancellationToken cancellationToken);

    ValueTask RunNowAsync(TaskId id, bool overBudget, CancellationToken cancellationToken);

    ValueTask EditAsync(TaskId id, CheckedEdit edit, CancellationToken cancellationToken);

    ValueTask SwapAsync(TaskId first, TaskId second, CancellationToken cancellationToken);

    ValueTask RemoveAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken);

    /// <summary>Deletes finished tasks of one state that are older than their retention: one chunk, in the order of their finish.</summary>
    ValueTask<PruneProgress> PruneAsync(TaskState state, RetentionPolicy policy, long afterSequence, CancellationToken cancellationToken);

    /// <summary>Puts right what is stored twice and differs.</summary>
    ValueTask<QueueRepair> RepairAsync(CancellationToken cancellationToken);
}
