using DurableQueue.Groups;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Deletes all that is stored of a task.</summary>
internal static class DeletedRows
{
    private const string SelectWaitingChild =
        $"""
        SELECT d.child FROM task_dependency d JOIN task c ON c.id = d.child
        WHERE d.parent = @id AND d.state <> {EdgeCode.Satisfied} AND c.state < {TaskStateCode.FirstFinished} LIMIT @limit
        """;

    // An edge belongs to the dependent: a satisfied one outlives the task that it waited for.
    private static readonly string[] Deletes =
    [
        "DELETE FROM task WHERE id = @id",
        "DELETE FROM task_result WHERE id = @id",
        "DELETE FROM task_progress WHERE id = @id",
        "DELETE FROM task_checkpoint WHERE id = @id",
        "DELETE FROM task_attempt WHERE task_id = @id",
        "DELETE FROM task_route WHERE id = @id",
        "DELETE FROM task_request WHERE task_id = @id",
        "DELETE FROM task_dependency WHERE child = @id",
    ];

    private const string DeleteBody = "DELETE FROM task_body WHERE id = @id RETURNING shared_id";

    private const string DeleteChildKeys = "DELETE FROM dedup WHERE key >= @first AND key < @end";

    /// <summary>The unfinished tasks that need this one, up to a limit.</summary>
    public static List<long> WaitingChildren(WriteContext context, TaskId id, int limit)
    {
        var children = new List<long>();
        var select = context.Db[SelectWaitingChild].Bind("@id", id.Value).Bind("@limit", limit);
        while (select.Step())
        {
            children.Add(select.Long(0));
        }

        return children;
    }

    public static void Delete(WriteContext context, TaskRow row)
    {
        foreach (var delete in Deletes)
        {
            context.Db[delete].Bind("@id", row.Id.Value).Run();
        }

        if (context.Db[DeleteBody].Bind("@id", row.Id.Value).Scalar() is { } part)
        {
            SharedParts.Release(context, part);
        }

        VoidedNotifications.Of(context.Db, row.Id);
        context.Budgets.Reservations.Delete(row.Id);
        context.Db[DeleteChildKeys].Bind("@first", ChildKeys.First(row.Id)).Bind("@end", ChildKeys.End(row.Id)).Run();
        if (row is { IsFinished: false, ScheduleRun: { } run })
        {
            context.Schedules.RunEnded(run, TaskOutcome.Cancelled, error: null);
        }

        context.Approvals.TaskGone(row);
        var lane = context.Lanes.ById(row.LaneId);
        if (row.IsReady)
        {
            context.Lanes.RemoveReady(lane, row.Id.Value);
        }

        if (row.State == TaskState.Queued && row.Holds.HasFlag(TaskHolds.Budget))
        {
            context.Parked.Remove(row.Id);
        }

        lane.Group.Move(row.CountedAs, CountedAs.Nothing);
        context.Blocks.Move(row.Id, row.CountedAs, CountedAs.Nothing);
    }
}
