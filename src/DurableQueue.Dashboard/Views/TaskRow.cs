namespace DurableQueue.Dashboard.Views;

internal record TaskRow
{
    public const int ErrorCharacters = 200;
    public const int CommandCharacters = 80;

    public required long Id { get; init; }

    public required string Type { get; init; }

    public required string Group { get; init; }

    public string? Label { get; init; }

    public required string State { get; init; }

    public string? Outcome { get; init; }

    public required int Priority { get; init; }

    public required int Attempt { get; init; }

    public required int MaxAttempts { get; init; }

    public required string EnqueuedAt { get; init; }

    public string? StartedAt { get; init; }

    public string? FinishedAt { get; init; }

    public string? NotBefore { get; init; }

    public string? Worker { get; init; }

    public double? Progress { get; init; }

    public string? ProgressMessage { get; init; }

    public required IReadOnlyList<string> Holds { get; init; }

    public int? PendingDependencies { get; init; }

    public bool? Urgent { get; init; }

    public bool? Waiting { get; init; }

    public bool? CancelRequested { get; init; }

    /// <summary>Whether its group is paused.</summary>
    public bool? Paused { get; init; }

    /// <summary>The first line of the last error.</summary>
    public string? Error { get; init; }

    /// <summary>The beginning of the command.</summary>
    public string? Command { get; init; }

    public string? Schedule { get; init; }

    public WhyView? Why { get; init; }
}
