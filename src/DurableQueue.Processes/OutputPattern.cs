using System.Text.RegularExpressions;

namespace DurableQueue.Processes;

/// <summary>A regular expression that is matched with each line of a command's output while it runs; matches raise notifications.</summary>
/// <param name="Pattern">A .NET regular expression. A match that takes longer than 100 ms counts as none.</param>
/// <param name="MaxCount">The most notifications of one attempt; at least 1. Default 100.</param>
/// <param name="MaxBytes">The most bytes of text in the notifications of one attempt; at least 1. Default 64 KiB.</param>
public sealed record OutputPattern(string Pattern, int MaxCount = 100, int MaxBytes = 64 * 1024)
{
    /// <summary>How long one match may take.</summary>
    internal static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>Names it in the notifications; <see langword="null"/> (default) means the pattern itself.</summary>
    public string? Name { get; init; }

    /// <summary>Which matches raise one. Default <see cref="OutputWatchMode.FirstMatch"/>.</summary>
    public OutputWatchMode Mode { get; init; }

    /// <summary>Upper and lower case are the same. Default: they are not.</summary>
    public bool IgnoreCase { get; init; }

    /// <summary>
    /// After a match it waits until there was none for this long, and then raises one notification with the last one. Default: none, each match
    /// raises its own.
    /// </summary>
    public TimeSpan? Settle { get; init; }

    internal RegexOptions RegexOptions => RegexOptions.CultureInvariant | (IgnoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
}
