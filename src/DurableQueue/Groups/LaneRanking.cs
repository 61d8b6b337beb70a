namespace DurableQueue.Groups;

/// <summary>
/// Finds the best of the lanes that are added, and how far a checkout may go in it: every task of the best lane that comes before the head of the second
/// best is the next in the order of the whole queue.
/// </summary>
internal struct LaneRanking
{
    public RankedLane? Best { get; private set; }

    public RankedLane? Second { get; private set; }

    /// <summary>
    /// The place up to which the best lane may be emptied. Only a lane of the same urgency is a bound: the best lane is more urgent than all others.
    /// </summary>
    public readonly (long Rank, long Position) Through =>
        Second is { } second && second.Head.Urgency == Best!.Value.Head.Urgency ? (second.Head.Rank, second.Head.Position) : (long.MaxValue, long.MaxValue);

    /// <summary>Adds a lane; one that was added before does not count twice.</summary>
    public void Add(RankedLane lane)
    {
        if (Best is not { } best || lane.Head.IsBefore(best.Head))
        {
            (Best, Second) = (lane, Best);
        }
        else if (lane.Id != best.Id && (Second is not { } second || lane.Head.IsBefore(second.Head)))
        {
            Second = lane;
        }
    }

    /// <summary>Whether a worker may take from a lane.</summary>
    /// <param name="type">The type of the lane's tasks.</param>
    /// <param name="urgency">The lane's urgency.</param>
    /// <param name="types">The types that the worker asks for; <see langword="null"/> for all.</param>
    /// <param name="closed">The types that a budget has closed: of them only what is forced starts.</param>
    public static bool IsWanted(long type, Urgency urgency, long[]? types, HashSet<long> closed) =>
        (types is null || Array.IndexOf(types, type) >= 0) && (urgency == Urgency.Forced || !closed.Contains(type));
}
