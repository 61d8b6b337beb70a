using System.Text.RegularExpressions;

namespace DurableQueue.Processes;

/// <summary>A regular expression that is matched against each line of a command's output while it runs; matches raise notifications.</summary>
/// <param name="Pattern">A .NET regular expression. A match that takes longer than 100 ms counts as no match.</param>
/// <param name="MaxCount">The maximum number of notifications per attempt; at least 1. Default 100.</param>
/// <param name="MaxBytes">The maximum number of bytes of text in the notifications per attempt; at least 1. Default 64 KiB.</param>
public sealed record OutputPattern(string Pattern, int MaxCount = 100, int MaxBytes = 64 * 1024)
{
    /// <summary>The time limit of one match.</summary>
    internal static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>The name in the notifications; <see langword="null"/> (default) means the pattern itself.</summary>
    public string? Name { get; init; }

    /// <summary>Which matches raise a notification. Default <see cref="OutputWatchMode.FirstMatch"/>.</summary>
    public OutputWatchMode Mode { get; init; }

    /// <summary>Whether case is ignored. Default false.</summary>
    public bool IgnoreCase { get; init; }

    /// <summary>
    /// Debounces matches: waits until there was no match for this long, then raises one notification with the last match. <see langword="null"/> (default):
    /// each match raises its own.
    /// </summary>
    public TimeSpan? Settle { get; init; }

    internal RegexOptions RegexOptions => RegexOptions.CultureInvariant | (IgnoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
}
