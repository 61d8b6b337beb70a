using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>Changes to tasks from outside.</summary>
internal sealed class SqliteControlStore(Writer writer) : ITaskControlStore
{
    public ValueTask<CancelResult> CancelAsync(TaskId id, string? reason, bool withTree, CancellationToken cancellationToken) =>
        writer.RunAsync(new CancelTask(id, reason, withTree), cancellationToken);

    public ValueTask RetryAsync(TaskId id, bool withDependents, bool stashed, CancellationToken cancellationToken) =>
        writer.DoAsync(new RetryTask(id, withDependents, stashed), cancellationToken);

    public ValueTask StashAsync(TaskId id, bool stash, CancellationToken cancellationToken) =>
        writer.DoAsync(new StashTask(id, stash), cancellationToken);

    public ValueTask RunNowAsync(TaskId id, bool overBudget, CancellationToken cancellationToken) =>
        writer.DoAsync(new RunTaskNow(id, overBudget), cancellationToken);

    public ValueTask EditAsync(TaskId id, CheckedEdit edit, CancellationToken cancellationToken) =>
        writer.DoAsync(new EditTask(id, edit.Edit, edit.After, edit.NotBeforeMs), cancellationToken);

    public ValueTask SwapAsync(TaskId first, TaskId second, CancellationToken cancellationToken) =>
        writer.DoAsync(new SwapTasks(first, second), cancellationToken);

    public ValueTask RemoveAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken) =>
        writer.DoAsync(new RemoveTasks(ids), cancellationToken);

    public ValueTask<PruneProgress> PruneAsync(TaskState state, RetentionPolicy policy, long afterSequence, CancellationToken cancellationToken) =>
        writer.RunAsync(new PruneChunk(state, policy, afterSequence), cancellationToken);

    public ValueTask<QueueRepair> RepairAsync(CancellationToken cancellationToken) => writer.RunAsync(new RepairQueue(), cancellationToken);
}
