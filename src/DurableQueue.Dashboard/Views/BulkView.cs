namespace DurableQueue.Dashboard.Views;

/// <summary>What one part of an action on many tasks did, or would do.</summary>
internal sealed record BulkView
{
    public required int Matched { get; init; }

    /// <summary>The states of those that were changed, or would be.</summary>
    public required IReadOnlyDictionary<string, int> ByState { get; init; }

    public required int Changed { get; init; }

    public required IReadOnlyList<SkippedView> Skipped { get; init; }

    /// <summary>Where the next part begins.</summary>
    public string? Cursor { get; init; }

    /// <summary>Whether this was the last part.</summary>
    public required bool Complete { get; init; }
}

/// <param name="Reason">Why they were left as they are.</param>
/// <param name="Count">How many.</param>
/// <param name="Sample">Some of them.</param>
internal sealed record SkippedView(string Reason, int Count, IReadOnlyList<long> Sample);
