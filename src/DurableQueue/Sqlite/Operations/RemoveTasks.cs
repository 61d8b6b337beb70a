using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Deletes tasks that do not run, all or none.</summary>
internal sealed class RemoveTasks(IReadOnlyList<TaskId> ids) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        var list = ids.Select(id => id.Value).ToHashSet();
        var rows = new List<TaskRow>(list.Count);
        foreach (var id in list)
        {
            rows.Add(Check(context, TaskRow.Require(context.Db, new TaskId(id)), list));
        }

        foreach (var row in rows)
        {
            DeletedRows.Delete(context, row);
            if (row.Dedup is not null)
            {
                context.Keys.Free(row.Id);
            }
        }

        context.Counters.Removed();
        context.Effects.Finished = true;
        return true;
    }

    private static TaskRow Check(WriteContext context, TaskRow row, HashSet<long> list)
    {
        Transitions.Require(row.Id, row.State, TaskTrigger.Remove);
        foreach (var child in DeletedRows.WaitingChildren(context, row.Id, list.Count + 1))
        {
            if (!list.Contains(child))
            {
                throw new TaskStateException(row.Id, row.State, $"Task {row.Id} is {row.State} and can't be removed: task {child} depends on it. Remove both in one call.");
            }
        }

        return row;
    }
}
