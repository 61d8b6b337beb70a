using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Deletes tasks that do not run, all or none.</summary>
internal sealed class RemoveTasks(IReadOnlyList<TaskId> ids) : WriteOperation<bool>
{
    private const string FreeDedupKey = "DELETE FROM dedup WHERE task_id = @id";

    protected override bool Execute(WriteSession session)
    {
        var list = ids.Select(id => id.Value).ToHashSet();
        var rows = new List<TaskRow>(list.Count);
        foreach (var id in list)
        {
            rows.Add(Check(session, TaskRow.Require(session.Db, new TaskId(id)), list));
        }

        foreach (var row in rows)
        {
            DeletedRows.Delete(session, row);
            if (row.Dedup != 0)
            {
                session.Db[FreeDedupKey].Bind("@id", row.Id.Value).Run();
            }
        }

        session.Counters.Removed();
        session.Effects.Finished = true;
        return true;
    }

    private static TaskRow Check(WriteSession session, TaskRow row, HashSet<long> list)
    {
        Transitions.Require(row.Id, row.State, TaskTrigger.Remove);
        foreach (var child in DeletedRows.WaitingChildren(session, row.Id, list.Count + 1))
        {
            if (!list.Contains(child))
            {
                throw new TaskStateException(row.Id, row.State, $"Task {row.Id} is {row.State}, and task {child} still waits for it.");
            }
        }

        return row;
    }
}
