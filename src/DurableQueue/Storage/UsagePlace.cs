namespace DurableQueue.Storage;

/// <summary>A usage counter, in the order in which a store goes through them.</summary>
internal readonly record struct UsagePlace(string Name, string Unit);
