namespace DurableQueue.Dashboard.Views;

/// <summary>How many tasks there are. The parts of the queued ones are missing where the store does not count them.</summary>
internal sealed record CountsView
{
    public required long Queued { get; init; }

    public long? Ready { get; init; }

    public long? Delayed { get; init; }

    public long? Blocked { get; init; }

    public long? Stashed { get; init; }

    public long? AwaitingApproval { get; init; }

    public long? OverBudget { get; init; }

    public required long CheckedOut { get; init; }

    public required long Done { get; init; }

    public required long Failed { get; init; }

    public required long Cancelled { get; init; }

    public static CountsView Of(StateCounts counts) => new()
    {
        Queued = counts.Queued,
        CheckedOut = counts.CheckedOut,
        Done = counts.Done,
        Failed = counts.Failed,
        Cancelled = counts.Cancelled,
    };

    public static CountsView Of(IReadOnlyList<GroupInfo> groups) => Of(groups.Aggregate(default(StateCounts), (sum, group) => sum + group.Counts));
}

/// <summary>The data of an event.</summary>
internal sealed record ChangeView(long Change, CountsView Counts);
