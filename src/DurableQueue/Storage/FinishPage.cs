namespace DurableQueue.Storage;

/// <summary>Finishes in the order of their numbers.</summary>
/// <param name="Tasks">The finishes.</param>
/// <param name="MayBeMore">There may be others behind them.</param>
/// <param name="Horizon">How far the record goes, read with them.</param>
internal readonly record struct FinishPage(IReadOnlyList<TaskFinished> Tasks, bool MayBeMore, FinishHorizon Horizon);
