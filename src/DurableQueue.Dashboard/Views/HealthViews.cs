namespace DurableQueue.Dashboard.Views;

internal sealed record HealthView
{
    /// <summary><c>healthy</c> or <c>degraded</c>.</summary>
    public required string Status { get; init; }

    public required IReadOnlyList<string> Troubles { get; init; }

    public string? File { get; init; }

    public long? FileBytes { get; init; }

    public required long LogBytes { get; init; }

    public required double WriterWaitMs { get; init; }

    public required long Ready { get; init; }

    public long? OldestReadyAgeMs { get; init; }

    public required int LiveWorkers { get; init; }

    public required int StaleWorkers { get; init; }

    public required IReadOnlyList<string> UnservedTypes { get; init; }

    public required IReadOnlyList<string> UnservedGroups { get; init; }

    public required IReadOnlyList<string> Inconsistencies { get; init; }
}

internal sealed record VerificationView(bool IsSound, long Total, long Tasks, IReadOnlyList<string> Findings);

internal sealed record ErrorListView(IReadOnlyList<ErrorGroupView> Groups, SearchedView Searched);

internal sealed record ErrorGroupView
{
    public required string Type { get; init; }

    /// <summary>The first line of the error, with numbers replaced.</summary>
    public required string FirstLine { get; init; }

    public required int Count { get; init; }

    public required string First { get; init; }

    public required string Last { get; init; }

    /// <summary>The latest of the tasks.</summary>
    public required long Sample { get; init; }

    /// <summary>A query that finds them.</summary>
    public required string Q { get; init; }
}
