namespace DurableQueue.Dashboard.Views;

internal sealed record GroupView
{
    public required string Name { get; init; }

    /// <summary><see langword="null"/> if the group has no limit.</summary>
    public int? Parallelism { get; init; }

    public required bool Paused { get; init; }

    public required bool OverBudget { get; init; }

    public required bool PauseOnFailure { get; init; }

    public required bool Configured { get; init; }

    public required int Running { get; init; }

    public required int Waiting { get; init; }

    public required long Ready { get; init; }

    public required long Delayed { get; init; }

    public required long Blocked { get; init; }

    public required long Stashed { get; init; }

    public required long AwaitingApproval { get; init; }

    public required long HeldByBudget { get; init; }

    public string? OldestReadyAt { get; init; }

    public required CountsView Counts { get; init; }

    public static GroupView Of(GroupInfo group) => new()
    {
        Name = group.Name,
        Parallelism = group.Parallelism == 0 ? null : group.Parallelism,
        Paused = group.Paused,
        OverBudget = group.OverBudget,
        PauseOnFailure = group.PauseOnFailure,
        Configured = group.Configured,
        Running = group.Running,
        Waiting = group.Waiting,
        Ready = group.Ready,
        Delayed = group.Delayed,
        Blocked = group.Blocked,
        Stashed = group.Stashed,
        AwaitingApproval = group.AwaitingApproval,
        HeldByBudget = group.HeldByBudget,
        OldestReadyAt = Text.Time(group.OldestReadyAt),
        Counts = CountsView.Of(group),
    };
}
