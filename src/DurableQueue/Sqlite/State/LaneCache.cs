using DurableQueue.Groups;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>
/// The lanes that are in memory. Operations say which tasks became ready or stopped being it; <see cref="Refresh"/> then looks
/// up the heads that may have changed and writes them, before the next checkout and before the commit.
/// </summary>
internal sealed class LaneCache(WriteConnection db, GroupCache groups, BatchEffects effects)
{
    private readonly Dictionary<long, LaneState> byId = [];
    private readonly Dictionary<(long Group, long Type, Urgency Urgency), LaneState> byKey = [];
    private readonly Dictionary<string, long> typeIds = [];
    private readonly List<LaneState> touched = [];

    private const string SelectById =
        """
        SELECT l.id, l.group_id, l.type_id, y.name, l.urgent, l.runnable, l.head_task, l.head_rank, l.head_position
        FROM lane l JOIN task_type y ON y.id = l.type_id WHERE l.id = @id
        """;

    private const string SelectByKey =
        """
        SELECT l.id, l.group_id, l.type_id, y.name, l.urgent, l.runnable, l.head_task, l.head_rank, l.head_position
        FROM lane l JOIN task_type y ON y.id = l.type_id WHERE l.group_id = @group AND l.type_id = @type AND l.urgent = @urgent
        """;

    private const string Insert = "INSERT INTO lane (group_id, type_id, urgent) VALUES (@group, @type, @urgent)";

    private const string SelectType = "SELECT id FROM task_type WHERE name = @name";

    private const string InsertType = "INSERT INTO task_type (name) VALUES (@name)";

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

    public int Count => byId.Count;

    public LaneState ById(long id) =>
        byId.TryGetValue(id, out var lane) ? lane : Load(db[SelectById].Bind("@id", id)) ?? throw SqliteErrors.Missing("lane", id);

    /// <summary>The lane, made if it does not exist.</summary>
    public LaneState Ensure(GroupState group, string type, bool urgent) => Ensure(group, type, urgent ? Urgency.Urgent : Urgency.None);

    /// <summary>The lane, made if it does not exist.</summary>
    public LaneState Ensure(GroupState group, string type, Urgency urgency)
    {
        var typeId = EnsureType(type);
        if (byKey.TryGetValue((group.Id, typeId, urgency), out var known))
        {
            return known;
        }

        var lane = Load(ByKey());
        if (lane is null)
        {
            db[Insert].Bind("@group", group.Id).Bind("@type", typeId).Bind("@urgent", (long)urgency).Run();
            lane = Load(ByKey())!;
        }

        return lane;

        Statement ByKey() => db[SelectByKey].Bind("@group", group.Id).Bind("@type", typeId).Bind("@urgent", (long)urgency);
    }

    /// <summary>The number of a type, or <see langword="null"/> if no task of it was ever enqueued.</summary>
    public long? FindType(string name)
    {
        if (typeIds.TryGetValue(name, out var id))
        {
            return id;
        }

        if (db[SelectType].Bind("@name", name).Scalar() is not { } found)
        {
            return null;
        }

        typeIds.Add(name, found);
        return found;
    }

    /// <summary>A task of the lane became ready.</summary>
    public void AddReady(LaneState lane, long task, long rank, long position)
    {
        if (!lane.Stale && lane.IsBeforeHead(rank, position))
        {
            lane.SetHead(task, rank, position);
            MarkTouched(lane);
        }
    }

    /// <summary>A task of the lane is no longer ready.</summary>
    public void RemoveReady(LaneState lane, long task)
    {
        if (lane.HeadTask == task)
        {
            Invalidate(lane);
        }
    }

    /// <summary>Many tasks of the lane, or tasks that are not known one by one, became ready or stopped being it.</summary>
    public void Invalidate(LaneState lane)
    {
        lane.Stale = true;
        MarkTouched(lane);
    }

    /// <summary>Makes the rows of all touched lanes say what is true now.</summary>
    public void Refresh()
    {
        foreach (var lane in touched)
        {
            if (lane.Stale)
            {
                ReadHead(lane);
            }
        }

        groups.TakeToggled(OpenOrClose);

        foreach (var lane in touched)
        {
            Write(lane);
            lane.Touched = false;
        }

        touched.Clear();
    }

    public void Forget()
    {
        byId.Clear();
        byKey.Clear();
        typeIds.Clear();
        touched.Clear();
    }

    private void ReadHead(LaneState lane)
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

        lane.Stale = false;
    }

    /// <summary>A group that fills up or frees a slot changes all its lanes, also those that are not in memory.</summary>
    private void OpenOrClose(GroupState group)
    {
        if (group.IsOpen != group.StoredOpen)
        {
            OpenOrClose(group, Urgency.None, group.IsOpen);
            group.StoredOpen = group.IsOpen;
        }

        if (group.OverBudget != group.StoredOverBudget)
        {
            OpenOrClose(group, Urgency.Urgent, !group.OverBudget);
            group.StoredOverBudget = group.OverBudget;
        }
    }

    private void OpenOrClose(GroupState group, Urgency urgency, bool open)
    {
        var changed = db[open ? OpenLanesOfGroup : CloseLanesOfGroup].Bind("@group", group.Id).Bind("@urgent", (long)urgency).Run();
        effects.Ready |= open && changed > 0;
        foreach (var lane in group.Lanes)
        {
            if (lane.Urgency == urgency)
            {
                // What the statement just did to the row, which still has the head as it was last written.
                lane.StoredRunnable = open && lane.StoredHead != 0;
                MarkTouched(lane);
            }
        }
    }

    private void Write(LaneState lane)
    {
        var runnable = lane.IsRunnable;
        if (!lane.Changed && runnable == lane.StoredRunnable)
        {
            return;
        }

        effects.Ready |= runnable && !lane.StoredRunnable;
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
        lane.Changed = false;
        lane.StoredHead = lane.HeadTask;
        lane.StoredRunnable = runnable;
    }

    private long EnsureType(string name)
    {
        if (FindType(name) is { } id)
        {
            return id;
        }

        db[InsertType].Bind("@name", name).Run();
        return FindType(name)!.Value;
    }

    private LaneState? Load(Statement select)
    {
        if (!select.Step())
        {
            return null;
        }

        var (id, groupId, typeId, type, urgency, runnable) =
            (select.Long(0), select.Long(1), select.Long(2), select.Text(3), (Urgency)select.Int(4), select.Bool(5));
        var (task, rank, position) = (select.Long(6), select.Long(7), select.Long(8));
        select.Reset();
        var group = groups.ById(groupId);
        var lane = new LaneState(id, group, typeId, type, urgency) { StoredRunnable = runnable, StoredHead = task };
        lane.SetHead(task, rank, position);
        lane.Changed = false;
        group.Lanes.Add(lane);
        return type is not null && byId.TryAdd(id, lane) && byKey.TryAdd((groupId, typeId, urgency), lane)
            ? lane
            : throw SqliteErrors.Contradiction($"lane {id} is there twice, or its type has no name");
    }

    private void MarkTouched(LaneState lane)
    {
        if (!lane.Touched)
        {
            lane.Touched = true;
            touched.Add(lane);
        }
    }
}
