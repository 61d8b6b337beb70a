using DurableQueue.Dependencies;
using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Queues a finished task again, in place.</summary>
internal sealed class RetryTask(TaskId id, bool withDependents, bool stashed = false) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        var row = TaskRow.Require(context.Db, id);
        Transitions.Require(id, row.State, TaskTrigger.Retry);
        var edges = context.Edges.ReadUnsatisfied(id);
        if (DependencyEdges.Tally(edges).Broken is { } broken)
        {
            throw new TaskStateException(
                id, row.State, $"Task {id} is {row.State} and can't be retried: it depends on task {broken}, which didn't end as required. Retry task {broken} first.");
        }

        if (context.Keys.OtherHolder(row) is { } holder)
        {
            throw new TaskStateException(id, row.State, $"Task {id} is {row.State} and can't be retried: task {holder} holds its dedup key. Wait until task {holder} ends, or cancel or remove it.");
        }

        context.Tasks.Revive(row, edges, stashed);
        context.Cascade.Add(withDependents ? CascadeKind.ReviveTree : CascadeKind.Unbreak, id.Value);
        return true;
    }
}
