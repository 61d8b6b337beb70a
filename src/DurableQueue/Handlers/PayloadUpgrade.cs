namespace DurableQueue;

/// <summary>One step from an old version of a payload towards the one that the handler reads.</summary>
internal sealed record PayloadUpgrade(int Version, Type From, Type To, Func<object, object?> Apply);
