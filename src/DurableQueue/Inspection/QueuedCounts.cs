namespace DurableQueue;

/// <summary>The number of queued tasks that are ready, and with each hold. A task with several holds counts under each of them.</summary>
/// <param name="Ready">Tasks without a hold.</param>
/// <param name="Delayed">Tasks with the hold <see cref="TaskHolds.NotBefore"/>, until an open queue ends their delay, within a second after its time.</param>
/// <param name="Blocked">Tasks with the hold <see cref="TaskHolds.Dependencies"/>.</param>
/// <param name="Stashed">Tasks with the hold <see cref="TaskHolds.Stashed"/>.</param>
/// <param name="AwaitingApproval">Tasks with the hold <see cref="TaskHolds.Approval"/>.</param>
/// <param name="HeldByBudget">Tasks with the hold <see cref="TaskHolds.Budget"/>.</param>
public readonly record struct QueuedCounts(long Ready, long Delayed, long Blocked, long Stashed, long AwaitingApproval, long HeldByBudget)
{
    /// <summary>Adds the numbers.</summary>
    public static QueuedCounts operator +(QueuedCounts left, QueuedCounts right) => left.Add(right);

    /// <summary>Adds the numbers.</summary>
    public QueuedCounts Add(QueuedCounts other) => new(
        Ready + other.Ready,
        Delayed + other.Delayed,
        Blocked + other.Blocked,
        Stashed + other.Stashed,
        AwaitingApproval + other.AwaitingApproval,
        HeldByBudget + other.HeldByBudget);
}
