namespace DurableQueue;

/// <summary>A consistent snapshot of the number of tasks per group and state.</summary>
/// <param name="Groups">The numbers by group name. Contains all groups, and removed groups that still have finished tasks.</param>
public sealed record TaskCounts(IReadOnlyDictionary<string, StateCounts> Groups)
{
    /// <summary>The sums over all groups.</summary>
    public StateCounts Total => Groups.Values.Aggregate(default(StateCounts), static (sum, counts) => sum + counts);

    /// <summary>The numbers of one group; zeros if the group doesn't exist.</summary>
    public StateCounts this[string group] => Groups.GetValueOrDefault(group);
}
