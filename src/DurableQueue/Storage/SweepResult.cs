namespace DurableQueue.Storage;

/// <summary>One chunk of a sweep.</summary>
/// <param name="Reaped">Leases taken back.</param>
/// <param name="MayBeMore">Something else may be due already.</param>
internal readonly record struct SweepResult(int Reaped, bool MayBeMore);
