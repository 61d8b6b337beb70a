namespace DurableQueue;

/// <summary>Upgrades a payload from an old version to a newer one.</summary>
internal sealed record PayloadUpgrade(int Version, Type From, Type To, Func<object, object?> Apply);
