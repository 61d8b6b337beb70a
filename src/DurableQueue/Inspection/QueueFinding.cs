namespace DurableQueue;

/// <summary>One stored value that differs from what the rest of the queue says it must be.</summary>
/// <param name="What">Which value, by a stable name such as <c>group.running</c>, <c>lane.head</c> or <c>dependency.state</c>.</param>
/// <param name="Where">Whose value: a task, a group, a lane, a dependency. Names ids and groups; never payloads, labels or keys.</param>
/// <param name="Stored">What is stored.</param>
/// <param name="Expected">What it must be, or what kind of value.</param>
public sealed record QueueFinding(string What, string Where, string Stored, string Expected)
{
    /// <summary>In words.</summary>
    public override string ToString() => $"{What} of {Where}: stored {Stored}, expected {Expected}";
}
