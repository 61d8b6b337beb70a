namespace DurableQueue.Storage;

/// <summary>A decision on a request after validation.</summary>
/// <param name="Approve">Else it is rejected.</param>
/// <param name="By">Who decided.</param>
/// <param name="Note">Why; always given with a rejection.</param>
internal sealed record CheckedDecision(bool Approve, string By, string? Note);
