namespace DurableQueue.Groups;

/// <summary>The place of a task among all that are ready: urgent ones first, then by priority, then by position.</summary>
/// <param name="Urgency">Whether it was asked to run now.</param>
/// <param name="Rank">The negated priority.</param>
/// <param name="Position">The task's id, unless tasks were swapped.</param>
internal readonly record struct LaneRank(Urgency Urgency, long Rank, long Position)
{
    /// <summary>Whether this task is checked out earlier. Two tasks never have the same position.</summary>
    public bool IsBefore(LaneRank other)
    {
        if (Urgency != other.Urgency)
        {
            return Urgency > other.Urgency;
        }

        return Rank != other.Rank ? Rank < other.Rank : Position < other.Position;
    }
}
