using DurableQueue.Groups;

namespace DurableQueue.Sqlite.Operations;

/// <summary>The two best lanes that a worker may take from now. It reads two lanes of each type or all runnable ones of each group, never tasks.</summary>
internal static class BestLanes
{
    private const string SelectBestLanes =
        """
        SELECT id, urgent, head_rank, head_position FROM lane INDEXED BY lane_best
        WHERE runnable = 1 ORDER BY urgent DESC, head_rank, head_position LIMIT 2
        """;

    private const string SelectBestLanesOfType =
        """
        SELECT id, urgent, head_rank, head_position FROM lane INDEXED BY lane_best_of_type
        WHERE runnable = 1 AND type_id = @type ORDER BY urgent DESC, head_rank, head_position LIMIT 2
        """;

    /// <summary>Of a type that is closed for its budget.</summary>
    private const string SelectBestForcedLanesOfType =
        $"""
        SELECT id, urgent, head_rank, head_position FROM lane INDEXED BY lane_best_of_type
        WHERE runnable = 1 AND type_id = @type AND urgent = {UrgencyCode.Forced} ORDER BY head_rank, head_position LIMIT 2
        """;

    private const string SelectTypes = "SELECT id FROM task_type";

    private const string SelectRunnableLanesOfGroup =
        "SELECT id, urgent, head_rank, head_position, type_id FROM lane INDEXED BY lane_of_group WHERE group_id = @group AND runnable = 1";

    /// <param name="context">Whose lanes are up to date.</param>
    /// <param name="groups">The groups that the worker asks for; <see langword="null"/> for all.</param>
    /// <param name="types">The types that it asks for; <see langword="null"/> for all.</param>
    public static LaneRanking Find(WriteContext context, IReadOnlyList<string>? groups, long[]? types)
    {
        var ranking = default(LaneRanking);
        var closed = context.Budgets.Closed.Types;
        if (groups is not null)
        {
            AddLanesOfGroups(context, groups, types, closed, ref ranking);
        }
        else if (types is not null || closed.Count > 0)
        {
            foreach (var type in types ?? AllTypes(context))
            {
                AddAll(context.Db[closed.Contains(type) ? SelectBestForcedLanesOfType : SelectBestLanesOfType].Bind("@type", type), ref ranking);
            }
        }
        else
        {
            AddAll(context.Db[SelectBestLanes], ref ranking);
        }

        return ranking;
    }

    private static void AddLanesOfGroups(WriteContext context, IReadOnlyList<string> groups, long[]? types, HashSet<long> closed, ref LaneRanking ranking)
    {
        foreach (var name in groups)
        {
            if (context.Groups.Find(name) is not { } group)
            {
                continue;
            }

            var lanes = context.Db[SelectRunnableLanesOfGroup].Bind("@group", group.Id);
            while (lanes.Step())
            {
                var lane = Read(lanes);
                if (LaneRanking.IsWanted(lanes.Long(4), lane.Head.Urgency, types, closed))
                {
                    ranking.Add(lane);
                }
            }
        }
    }

    private static void AddAll(Statement lanes, ref LaneRanking ranking)
    {
        while (lanes.Step())
        {
            ranking.Add(Read(lanes));
        }
    }

    private static RankedLane Read(Statement lanes) => new(lanes.Long(0), new LaneRank((Urgency)lanes.Int(1), lanes.Long(2), lanes.Long(3)));

    /// <summary>While a type is closed, the best lane is looked for among those of each other type.</summary>
    private static long[] AllTypes(WriteContext context)
    {
        var types = new List<long>();
        var select = context.Db[SelectTypes];
        while (select.Step())
        {
            types.Add(select.Long(0));
        }

        return [.. types];
    }
}
