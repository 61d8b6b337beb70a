namespace DurableQueue.Dashboard.Inputs;

/// <summary>An action on many tasks: those that are named, or all that match a query.</summary>
internal sealed record BulkInput
{
    public string? Q { get; init; }

    public IReadOnlyList<long>? Ids { get; init; }

    public required string Action { get; init; }

    public BulkArguments? Arguments { get; init; }

    /// <summary>Only says what it would do.</summary>
    public bool DryRun { get; init; }

    /// <summary>Where the part before it ended.</summary>
    public string? Cursor { get; init; }
}

internal sealed record BulkArguments
{
    public string? Reason { get; init; }
}
