using System.Text.RegularExpressions;

namespace DurableQueue.Processes;

/// <summary>
/// A regular expression that is matched against each line of a command's output while it runs, or <see cref="AnyOutput"/>. Matches raise notifications with
/// the topic <c>output</c>, within the budget of the task (<see cref="CommandTask.MaxWakes"/>).
/// </summary>
/// <param name="Pattern">
/// A .NET regular expression. A match that takes longer than 100 ms counts as no match. Empty means any new output, as <see cref="AnyOutput"/>.
/// </param>
/// <param name="MaxCount">The maximum number of notifications per attempt, at least 1. <see langword="null"/>, the default: only the budget of the task counts.</param>
/// <param name="MaxBytes">
/// The maximum number of bytes of text in the notifications per attempt, at least 1. <see langword="null"/>, the default: only the budget of the task counts.
/// </param>
public sealed record OutputPattern(string Pattern, int? MaxCount = null, int? MaxBytes = null)
{
    /// <summary>The time limit of one match.</summary>
    internal static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>How long any output must have been quiet, if <see cref="Settle"/> is not set.</summary>
    internal static readonly TimeSpan AnyOutputSettle = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Any new output, also without a line end, such as a prompt: raises one notification when the output has been quiet for 0.5 s (<see cref="Settle"/>),
    /// unless it is the same output again (<see cref="OutputWatchMode.Transition"/>).
    /// </summary>
    public static OutputPattern AnyOutput { get; } = new("") { Mode = OutputWatchMode.Transition };

    /// <summary>The name in the notifications; <see langword="null"/> (default) means the pattern itself, and none for any output.</summary>
    public string? Name { get; init; }

    /// <summary>Which matches raise a notification. Default <see cref="OutputWatchMode.FirstMatch"/>.</summary>
    public OutputWatchMode Mode { get; init; }

    /// <summary>Whether case is ignored. Default false.</summary>
    public bool IgnoreCase { get; init; }

    /// <summary>
    /// Waits after a match until the output has been quiet for this long, then raises one notification with the last match; zero to 1 h. Output that is never
    /// quiet raises it after ten times as long. <see langword="null"/> (default): each match raises its own, and any output settles for 0.5 s.
    /// </summary>
    public TimeSpan? Settle { get; init; }

    /// <summary>New output counts, whatever it is.</summary>
    internal bool IsAnyOutput => Pattern.Length == 0;

    internal RegexOptions RegexOptions => RegexOptions.CultureInvariant | (IgnoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
}
