using DurableQueue.Groups;

namespace DurableQueue.Sqlite;

/// <summary>One ready list: the tasks of one type in one group, urgent ones apart; with its best task, the head.</summary>
internal sealed class LaneState(long id, GroupState group, long typeId, string type, Urgency urgency)
{
    public long Id { get; } = id;

    public GroupState Group { get; } = group;

    public long TypeId { get; } = typeId;

    public string Type { get; } = type;

    public Urgency Urgency { get; } = urgency;

    /// <summary>It comes before all others, whatever the limit and pause of the group.</summary>
    public bool Urgent => Urgency != Urgency.None;

    /// <summary>It is urgent, and no budget holds it.</summary>
    public bool Forced => Urgency == Urgency.Forced;

    /// <summary>0 if no task is ready.</summary>
    public long HeadTask { get; private set; }

    public long HeadRank { get; private set; }

    public long HeadPosition { get; private set; }

    /// <summary>The head has to be looked up again before anybody relies on it.</summary>
    public bool Stale { get; set; }

    /// <summary>The head differs from the row.</summary>
    public bool Changed { get; set; }

    /// <summary>It is in the list of those to be written.</summary>
    public bool Touched { get; set; }

    /// <summary>What the row says.</summary>
    public bool StoredRunnable { get; set; }

    /// <summary>The head that the row has; 0 if none.</summary>
    public long StoredHead { get; set; }

    /// <summary>A checkout may take the head.</summary>
    public bool IsRunnable => HeadTask != 0 && (Urgent ? Forced || !Group.OverBudget : Group.IsOpen);

    /// <summary>Whether a task of the lane comes before its head.</summary>
    public bool IsBeforeHead(long rank, long position) =>
        HeadTask == 0 || new LaneRank(Urgency, rank, position).IsBefore(new LaneRank(Urgency, HeadRank, HeadPosition));

    public void SetHead(long task, long rank, long position)
    {
        if (HeadTask != task || HeadRank != rank || HeadPosition != position)
        {
            HeadTask = task;
            HeadRank = rank;
            HeadPosition = position;
            Changed = true;
        }
    }
}
