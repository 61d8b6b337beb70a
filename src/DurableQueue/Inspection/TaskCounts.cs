namespace DurableQueue;

/// <summary>Numbers of tasks per group and state, all read at one moment.</summary>
/// <param name="Groups">By group name. Holds every group, and removed groups that still have finished tasks.</param>
public sealed record TaskCounts(IReadOnlyDictionary<string, StateCounts> Groups)
{
    /// <summary>Over all groups.</summary>
    public StateCounts Total => Groups.Values.Aggregate(default(StateCounts), static (sum, counts) => sum + counts);

    /// <summary>One group; zeros if it does not exist.</summary>
    public StateCounts this[string group] => Groups.GetValueOrDefault(group);
}
