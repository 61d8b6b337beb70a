namespace DurableQueue.Lifecycle;

/// <summary>Why a queued task is not ready at a moment.</summary>
internal static class Holds
{
    /// <summary>The holds of a task that is being queued, or queued again.</summary>
    public static TaskHolds At(long nowMs, in HoldReasons reasons) => TaskHolds.None
        .With(TaskHolds.Dependencies, reasons.Dependencies)
        .With(TaskHolds.NotBefore, IsDelayed(reasons.NotBeforeMs, nowMs))
        .With(TaskHolds.Stashed, reasons.Stashed)
        .With(TaskHolds.Approval, reasons.Approval);

    /// <summary>Whether a time holds a task: one that has come no longer does.</summary>
    public static bool IsDelayed(long? notBeforeMs, long nowMs) => notBeforeMs > nowMs;

    /// <summary>The same holds with one of them set or cleared.</summary>
    public static TaskHolds With(this TaskHolds holds, TaskHolds hold, bool isSet) => isSet ? holds | hold : holds & ~hold;
}
