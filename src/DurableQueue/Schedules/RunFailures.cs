namespace DurableQueue.Schedules;

/// <summary>What the end of a run means for the failures in a row of its schedule.</summary>
internal static class RunFailures
{
    /// <summary>The run ends the row of failures.</summary>
    public static bool EndsRow(TaskOutcome outcome) => outcome == TaskOutcome.Succeeded;

    /// <summary>The run is one more failure. One that was cancelled, rejected or never started is none.</summary>
    public static bool AddsToRow(TaskOutcome outcome) => outcome is TaskOutcome.Failed or TaskOutcome.TimedOut or TaskOutcome.Abandoned;

    /// <summary>Why a schedule pauses itself after a failure; <see langword="null"/> if it doesn't.</summary>
    /// <param name="inRow">The failures in a row, this one included.</param>
    /// <param name="pauseAfter">How many pause it; 0 for never.</param>
    /// <param name="error">The error of this one.</param>
    public static string? PauseReason(long inRow, long pauseAfter, string? error) => pauseAfter > 0 && inRow >= pauseAfter
        ? $"{inRow} {(inRow == 1 ? "run" : "runs in a row")} failed; the last error: {FirstLine(error)}"
        : null;

    private static string FirstLine(string? error)
    {
        var text = error?.TrimStart() ?? "";
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }
}
