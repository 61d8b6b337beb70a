namespace DurableQueue.Dashboard.Views;

/// <summary>A part of a log.</summary>
internal sealed record LogView
{
    public required string Text { get; init; }

    public required long From { get; init; }

    public required long Next { get; init; }

    public required long Size { get; init; }

    public required bool Ended { get; init; }

    /// <summary>Why the log cannot be read here, or where it is.</summary>
    public string? Source { get; init; }
}
