using DurableQueue.Budgets;

namespace DurableQueue.Queueing;

/// <summary>What a usage counter says of a cap at a moment.</summary>
/// <param name="Used">What is counted within the window.</param>
/// <param name="Reserved">What running attempts have reserved.</param>
/// <param name="LastMs">When something was last counted; <see langword="null"/>: nothing was.</param>
internal readonly record struct BudgetReading(long Used, long Reserved, long? LastMs)
{
    /// <param name="cap">The cap.</param>
    /// <param name="entries">What is counted within the window, oldest first; read only if the cap is used up.</param>
    /// <param name="nowMs">The time.</param>
    public BudgetMeter Measure(BudgetCap cap, IEnumerable<(long AtMs, long Amount)> entries, long nowMs)
    {
        var isUsedUp = Used + Reserved > cap.Most - cap.Need;
        return new BudgetMeter
        {
            Cap = cap.AmountOf(cap.Most),
            Unit = cap.IsRate ? null : cap.Unit,
            Used = cap.AmountOf(Used),
            Reserved = cap.AmountOf(Reserved),
            IsUsedUp = isUsedUp,
            RetryAt = isUsedUp ? Times.FromMs(cap.RoomAtMs(Used + Reserved, entries, nowMs)) : null,
            ResetsAt = !cap.Window.IsRolling ? Times.FromMs(cap.Window.EndMs(nowMs))
                : LastMs >= cap.Window.StartMs(nowMs) ? Times.FromMs(cap.Window.EndMs(LastMs.Value))
                : null,
        };
    }
}
