namespace DurableQueue.Groups;

/// <summary>A lane that has a ready task to offer.</summary>
/// <param name="Id">The lane.</param>
/// <param name="Head">The place of its best task.</param>
internal readonly record struct RankedLane(long Id, LaneRank Head);
