using DurableQueue.Groups;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>
/// The lanes that are in memory. Operations say which tasks became ready or stopped being ready; <see cref="Refresh"/> then reads
/// the heads that may have changed and writes them, before the next checkout and before the commit.
/// </summary>
internal sealed class LaneCache(WriteConnection db, GroupCache groups, BatchEffects effects)
{
    private readonly LaneRows rows = new(db);
    private readonly Dictionary<long, LaneState> byId = [];
    private readonly Dictionary<(long Group, long Type, Urgency Urgency), LaneState> byKey = [];
    private readonly List<LaneState> touched = [];

    public int Count => byId.Count;

    public TypeIds Types { get; } = new(db);

    public LaneState ById(long id) => byId.TryGetValue(id, out var lane) ? lane : Add(rows.Find(id) ?? throw SqliteErrors.Missing("lane", id));

    /// <summary>The lane, created if it does not exist.</summary>
    public LaneState Ensure(GroupState group, string type, bool urgent) => Ensure(group, type, urgent ? Urgency.Urgent : Urgency.None);

    /// <summary>The lane, created if it does not exist.</summary>
    public LaneState Ensure(GroupState group, string type, Urgency urgency)
    {
        var typeId = Types.Ensure(type);
        if (byKey.TryGetValue((group.Id, typeId, urgency), out var known))
        {
            return known;
        }

        if (rows.Find(group.Id, typeId, urgency) is { } stored)
        {
            return Add(stored);
        }

        rows.Add(group.Id, typeId, urgency);
        return Add(rows.Find(group.Id, typeId, urgency)!.Value);
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

    /// <summary>Many tasks of the lane, or tasks that are not known one by one, became ready or stopped being ready.</summary>
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
                rows.ReadHead(lane);
                lane.Stale = false;
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
        Types.Forget();
        touched.Clear();
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
        var changed = rows.SetRunnable(group, urgency, open);
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
        rows.Write(lane, runnable);
        lane.Changed = false;
        lane.StoredHead = lane.HeadTask;
        lane.StoredRunnable = runnable;
    }

    private LaneState Add(LaneRow row)
    {
        var group = groups.ById(row.GroupId);
        var lane = new LaneState(row.Id, group, row.TypeId, row.Type, row.Urgency) { StoredRunnable = row.Runnable, StoredHead = row.HeadTask };
        lane.SetHead(row.HeadTask, row.HeadRank, row.HeadPosition);
        lane.Changed = false;
        group.Lanes.Add(lane);
        return row.Type is not null && byId.TryAdd(row.Id, lane) && byKey.TryAdd((row.GroupId, row.TypeId, row.Urgency), lane)
            ? lane
            : throw SqliteErrors.Contradiction($"lane {row.Id} is there twice, or its type has no name");
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
