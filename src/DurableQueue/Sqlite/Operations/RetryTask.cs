using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Queues a finished task again, in place.</summary>
internal sealed class RetryTask(TaskId id, bool withDependents, bool stashed = false) : WriteOperation<bool>
{
    protected override bool Execute(WriteSession session)
    {
        var row = TaskRow.Require(session.Db, id);
        Transitions.Require(id, row.State, TaskTrigger.Retry);
        var edges = session.Tasks.UnsettledEdges(id);
        var broken = edges.FindIndex(edge => edge.State == DependencyState.Broken);
        if (broken >= 0)
        {
            throw new TaskStateException(
                id, row.State, $"Task {id} is {row.State}; it waits for task {edges[broken].Parent}, which did not end as asked: retry that one first.");
        }

        if (session.Tasks.OtherKeyHolder(row) is { } holder)
        {
            throw new TaskStateException(id, row.State, $"Task {id} is {row.State}; its dedup key is held by task {holder}.");
        }

        session.Tasks.Revive(row, edges, stashed);
        session.Settling.Add(withDependents ? SettlingKind.ReviveTree : SettlingKind.Unbreak, id.Value);
        return true;
    }
}
