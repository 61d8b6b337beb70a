namespace DurableQueue.Dashboard.Views;

/// <summary>How many tasks there are. A queued task with several holds counts under each of them.</summary>
internal sealed record CountsView
{
    public required long Queued { get; init; }

    public required long Ready { get; init; }

    public required long Delayed { get; init; }

    public required long Blocked { get; init; }

    public required long Stashed { get; init; }

    public required long AwaitingApproval { get; init; }

    public required long OverBudget { get; init; }

    public required long CheckedOut { get; init; }

    public required long Done { get; init; }

    public required long Failed { get; init; }

    public required long Cancelled { get; init; }

    public static CountsView Of(TaskCounts counts) => Of(counts.Total, counts.TotalQueued);

    /// <summary>Those of one group.</summary>
    public static CountsView Of(TaskCounts counts, string group) => Of(counts[group], counts.Queued.GetValueOrDefault(group));

    private static CountsView Of(StateCounts counts, QueuedCounts queued) => new()
    {
        Queued = counts.Queued,
        Ready = queued.Ready,
        Delayed = queued.Delayed,
        Blocked = queued.Blocked,
        Stashed = queued.Stashed,
        AwaitingApproval = queued.AwaitingApproval,
        OverBudget = queued.HeldByBudget,
        CheckedOut = counts.CheckedOut,
        Done = counts.Done,
        Failed = counts.Failed,
        Cancelled = counts.Cancelled,
    };

    /// <summary>Those of one group.</summary>
    public static CountsView Of(GroupInfo group) =>
        Of(group.Counts, default) with
        {
            Ready = group.Ready,
            Delayed = group.Delayed,
            Blocked = group.Blocked,
            Stashed = group.Stashed,
            AwaitingApproval = group.AwaitingApproval,
            OverBudget = group.HeldByBudget,
        };
}

/// <summary>The data of an event.</summary>
internal sealed record ChangeView(long Change, CountsView Counts);
