namespace DurableQueue.Cli.Logs;

/// <summary>The part of a log that the screen shows.</summary>
/// <param name="Attempt">The attempt whose log it is.</param>
/// <param name="Lines">The lines.</param>
internal sealed record LogPage(int Attempt, IReadOnlyList<string> Lines)
{
    /// <summary>How much of the log is above the last line, in percent; <see langword="null"/> at the end, which is followed.</summary>
    public int? Percent { get; init; }

    /// <summary>Where the page begins, in bytes.</summary>
    public long From { get; init; }
}
