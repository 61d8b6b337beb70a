namespace DurableQueue;

/// <summary>An inconsistency: a stored value that differs from the value derived from the rest of the queue.</summary>
/// <param name="What">The stable name of the value, such as <c>group.running</c>, <c>lane.head</c> or <c>dependency.state</c>.</param>
/// <param name="Where">The task, group, lane or dependency with the value. Contains ids and group names, never payloads, labels or keys.</param>
/// <param name="Stored">The stored value.</param>
/// <param name="Expected">The expected value, or a description of it.</param>
public sealed record QueueFinding(string What, string Where, string Stored, string Expected)
{
    /// <summary>Describes the inconsistency.</summary>
    public override string ToString() => $"{What} of {Where}: stored {Stored}, expected {Expected}";
}
