namespace DurableQueue.Lifecycle;

/// <summary>What may hold a task that is queued.</summary>
/// <param name="Dependencies">A dependency is waiting or broken.</param>
/// <param name="NotBeforeMs">The time before which it may not run.</param>
/// <param name="Stashed">It is put aside.</param>
/// <param name="Approval">A request for its approval is pending.</param>
internal readonly record struct HoldReasons(bool Dependencies, long? NotBeforeMs, bool Stashed, bool Approval);
