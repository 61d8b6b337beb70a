using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>Changes to tasks from outside.</summary>
/// <param name="writer">Where they are listed.</param>
/// <param name="by">Under which name they are recorded; <see langword="null"/>: they are not.</param>
internal sealed class SqliteControlStore(Writer writer, string? by = null) : ITaskControlStore
{
    public ITaskControlStore As(string by) => new SqliteControlStore(writer, by);

    public ValueTask<CancelResult> CancelAsync(TaskId id, string? reason, bool withTree, CancellationToken cancellationToken) =>
        writer.RunAsync(
            new CancelTask(id, reason, withTree) { Request = Of(withTree ? QueueRequestKind.CancelTree : QueueRequestKind.Cancel, reason, null, id) },
            cancellationToken);

    public ValueTask RetryAsync(TaskId id, bool withDependents, bool stashed, CancellationToken cancellationToken) =>
        writer.DoAsync(
            new RetryTask(id, withDependents, stashed) { Request = Of(QueueRequestKind.Retry, null, ChangeOfRetry(withDependents, stashed), id) },
            cancellationToken);

    public ValueTask StashAsync(TaskId id, bool stash, CancellationToken cancellationToken) =>
        writer.DoAsync(
            new StashTask(id, stash) { Request = Of(stash ? QueueRequestKind.Stash : QueueRequestKind.Unstash, null, null, id) }, cancellationToken);

    public ValueTask RunNowAsync(TaskId id, bool overBudget, CancellationToken cancellationToken) =>
        writer.DoAsync(
            new RunTaskNow(id, overBudget) { Request = Of(QueueRequestKind.RunNow, null, overBudget ? "over budget" : null, id) }, cancellationToken);

    public ValueTask EditAsync(TaskId id, CheckedEdit edit, CancellationToken cancellationToken) =>
        writer.DoAsync(
            new EditTask(id, edit.Edit, edit.After, edit.NotBeforeMs)
            {
                Request = by is null ? null : Of(QueueRequestKind.Edit, null, EditText.Of(edit.Edit), id),
            },
            cancellationToken);

    public ValueTask SwapAsync(TaskId first, TaskId second, CancellationToken cancellationToken) =>
        writer.DoAsync(new SwapTasks(first, second) { Request = Of(QueueRequestKind.Swap, null, null, first, second) }, cancellationToken);

    public ValueTask RemoveAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken) =>
        writer.DoAsync(new RemoveTasks(ids) { Request = by is null ? null : Of(QueueRequestKind.Remove, null, null, [.. ids]) }, cancellationToken);

    public ValueTask<PruneProgress> PruneAsync(TaskState state, RetentionPolicy policy, long afterSequence, CancellationToken cancellationToken) =>
        writer.RunAsync(new PruneChunk(state, policy, afterSequence), cancellationToken);

    public ValueTask<QueueRepair> RepairAsync(CancellationToken cancellationToken) => writer.RunAsync(new RepairQueue(), cancellationToken);

    private static string? ChangeOfRetry(bool withDependents, bool stashed) => (withDependents, stashed) switch
    {
        (true, true) => "with dependents, stashed",
        (true, false) => "with dependents",
        (false, true) => "stashed",
        _ => null,
    };

    private NewRequest? Of(QueueRequestKind kind, string? reason, string? change, params TaskId[] tasks) =>
        by is null ? null : new NewRequest(kind, by) { Tasks = tasks, Reason = reason, Change = change };
}
