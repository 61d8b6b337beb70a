namespace DurableQueue.Storage;

/// <summary>A charge after validation.</summary>
/// <param name="Key">Equal keys of one attempt are charged once.</param>
/// <param name="Unit">In lower case.</param>
/// <param name="Amount">In billionths.</param>
/// <param name="TagsJson">What the caller says of it; <see langword="null"/>: nothing.</param>
internal sealed record CheckedCharge(string Key, string Unit, long Amount, string? TagsJson);
