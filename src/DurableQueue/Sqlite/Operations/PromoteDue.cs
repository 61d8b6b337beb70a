using DurableQueue.Groups;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Ends the delays whose time has come.</summary>
internal static class PromoteDue
{
    /// <summary>The most tasks in one transaction.</summary>
    public const int Most = 500;

    private const string Promote =
        $"""
        UPDATE task SET holds = holds & ~{HoldCode.NotBefore}
        WHERE id IN (
          SELECT id FROM task INDEXED BY task_due
          WHERE state = {TaskStateCode.Queued} AND holds & {HoldCode.NotBefore} AND not_before_at_ms <= @now ORDER BY not_before_at_ms LIMIT @limit)
        RETURNING holds, lane_id, id, rank, position
        """;

    /// <returns>How many delays ended.</returns>
    public static int Run(WriteContext context)
    {
        if (context.Deadlines.NextDueMs > context.NowMs)
        {
            return 0;
        }

        var promoted = new List<(TaskHolds Holds, long Lane, long Task, long Rank, long Position)>();
        var promote = context.Db[Promote].Bind("@now", context.NowMs).Bind("@limit", Most);
        while (promote.Step())
        {
            promoted.Add(((TaskHolds)promote.Int(0), promote.Long(1), promote.Long(2), promote.Long(3), promote.Long(4)));
        }

        foreach (var (holds, laneId, task, rank, position) in promoted)
        {
            var lane = context.Lanes.ById(laneId);
            lane.Group.Move(CountedAs.Queued(holds | TaskHolds.NotBefore), CountedAs.Queued(holds));
            if (holds == TaskHolds.None)
            {
                context.Lanes.AddReady(lane, task, rank, position);
            }
        }

        context.Deadlines.ForgetDue();
        return promoted.Count;
    }
}
