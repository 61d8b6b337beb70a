namespace DurableQueue;

/// <summary>A consistent snapshot of the number of tasks per group and state.</summary>
/// <param name="Groups">The numbers by group name. Contains all groups, and removed groups that still have finished tasks.</param>
public sealed record TaskCounts(IReadOnlyDictionary<string, StateCounts> Groups)
{
    /// <summary>
    /// How many of the queued tasks are ready, and how many have each hold, by group name. Contains the same groups as <see cref="Groups"/>.
    /// </summary>
    public IReadOnlyDictionary<string, QueuedCounts> Queued { get; init; } = new Dictionary<string, QueuedCounts>();

    /// <summary>The sums of <see cref="Queued"/> over all groups.</summary>
    public QueuedCounts TotalQueued => Queued.Values.Aggregate(default(QueuedCounts), static (sum, counts) => sum + counts);

    /// <summary>The sums over all groups.</summary>
    public StateCounts Total => Groups.Values.Aggregate(default(StateCounts), static (sum, counts) => sum + counts);

    /// <summary>The numbers of one group; zeros if the group doesn't exist.</summary>
    public StateCounts this[string group] => Groups.GetValueOrDefault(group);
}
