namespace DurableQueue;

/// <summary>
/// Says which tasks need an approval before they run: those that match everything it names. At least one of <see cref="Type"/>,
/// <see cref="Group"/> and <see cref="MetadataKey"/> is named. Stored in the queue, so that every process that enqueues obeys.
/// </summary>
/// <param name="Name">Identifies the gate; same characters as a group.</param>
public sealed record ApprovalGate(string Name) : ApprovalTerms
{
    /// <summary>The task type, or how it begins: <c>deploy</c>, <c>deploy.*</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The group, or how it begins: <c>production</c>, <c>production/*</c>.</summary>
    public string? Group { get; init; }

    /// <summary>A metadata entry that the task has.</summary>
    public string? MetadataKey { get; init; }

    /// <summary>The value of that entry, compared exactly; <see langword="null"/> means any.</summary>
    public string? MetadataValue { get; init; }
}
