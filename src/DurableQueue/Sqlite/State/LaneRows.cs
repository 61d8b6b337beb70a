using DurableQueue.Groups;

namespace DurableQueue.Sqlite;

/// <summary>The rows of lanes.</summary>
internal sealed class LaneRows(WriteConnection db)
{
    private const string Select =
        """
        SELECT l.id, l.group_id, l.type_id, y.name, l.urgent, l.runnable, l.head_task, l.head_rank, l.head_position
        FROM lane l JOIN task_type y ON y.id = l.type_id
        """;

    private const string SelectById = $"{Select} WHERE l.id = @id";

    private const string SelectByKey = $"{Select} WHERE l.group_id = @group AND l.type_id = @type AND l.urgent = @urgent";

    private const string Insert = "INSERT INTO lane (group_id, type_id, urgent) VALUES (@group, @type, @urgent)";

    private const string SelectHead =
        $"""
        SELECT id, rank, position FROM task INDEXED BY task_ready
        WHERE lane_id = @lane AND state = {TaskStateCode.Queued} AND holds = {HoldCode.None}
        ORDER BY rank, position LIMIT 1
        """;

    private const string Update =
        """
        UPDATE lane SET runnable = @runnable, head_task = @task, head_rank = @rank, head_position = @position WHERE id = @id
        """;

    private const string OpenLanesOfGroup =
        "UPDATE lane INDEXED BY lane_of_group SET runnable = 1 WHERE group_id = @group AND urgent = @urgent AND runnable = 0 AND head_task IS NOT NULL";

    private const string CloseLanesOfGroup =
        "UPDATE lane INDEXED BY lane_of_group SET runnable = 0 WHERE group_id = @group AND urgent = @urgent AND runnable = 1";

    public LaneRow? Find(long id) => Read(db[SelectById].Bind("@id", id));

    public LaneRow? Find(long group, long type, Urgency urgency) =>
        Read(db[SelectByKey].Bind("@group", group).Bind("@type", type).Bind("@urgent", (long)urgency));

    public void Add(long group, long type, Urgency urgency) =>
        db[Insert].Bind("@group", group).Bind("@type", type).Bind("@urgent", (long)urgency).Run();

    /// <summary>Reads the best ready task of a lane from the index.</summary>
    public void ReadHead(LaneState lane)
    {
        var select = db[SelectHead].Bind("@lane", lane.Id);
        if (select.Step())
        {
            lane.SetHead(select.Long(0), select.Long(1), select.Long(2));
            select.Reset();
        }
        else
        {
            lane.SetHead(0, 0, 0);
        }
    }

    public void Write(LaneState lane, bool runnable)
    {
        var update = db[Update].Bind("@id", lane.Id).Bind("@runnable", runnable);
        if (lane.HeadTask == 0)
        {
            update.Bind("@task", (string?)null).Bind("@rank", (string?)null).Bind("@position", (string?)null);
        }
        else
        {
            update.Bind("@task", lane.HeadTask).Bind("@rank", lane.HeadRank).Bind("@position", lane.HeadPosition);
        }

        update.Run();
    }

    /// <summary>Opens or closes all lanes of a group that have a head, also those that are not in memory.</summary>
    /// <returns>How many changed.</returns>
    public int SetRunnable(GroupState group, Urgency urgency, bool runnable) =>
        db[runnable ? OpenLanesOfGroup : CloseLanesOfGroup].Bind("@group", group.Id).Bind("@urgent", (long)urgency).Run();

    private static LaneRow? Read(Statement select)
    {
        if (!select.Step())
        {
            return null;
        }

        var row = new LaneRow(
            select.Long(0), select.Long(1), select.Long(2), select.Text(3), (Urgency)select.Int(4), select.Bool(5), select.Long(6), select.Long(7), select.Long(8));
        select.Reset();
        return row;
    }
}
