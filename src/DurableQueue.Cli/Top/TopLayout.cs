namespace DurableQueue.Cli.Top;

/// <summary>How the lines of the screen are shared.</summary>
/// <param name="GroupRows">The rows of the table of groups; 0 if the groups are one line.</param>
/// <param name="TaskRows">The rows of the table of tasks; 0 if one task is shown alone.</param>
/// <param name="DetailRows">The lines of the details; 0 if they are not shown.</param>
/// <param name="LogRows">The lines of the log; 0 if it is not shown.</param>
internal sealed record TopLayout(int GroupRows, int TaskRows, int DetailRows, int LogRows)
{
    public const int LeastWidth = 30;
    public const int LeastHeight = 9;

    /// <summary>From this height on, groups have a table.</summary>
    private const int TallForGroups = 30;

    /// <summary>From this height of the lower part on, it has room for details and log.</summary>
    private const int TallForBoth = 28;

    private const int LeastPane = 3;
    private const int MostDetails = 9;

    public static bool Fits(int width, int height) => width >= LeastWidth && height >= LeastHeight;

    public static TopLayout Of(TopState state, int height)
    {
        // The first and the last line are always there.
        var left = height - 2;
        if (state.IsFocused)
        {
            var details = Math.Clamp(left / 3, LeastPane, 2 * MostDetails);
            return new TopLayout(0, 0, details, Math.Max(0, left - details - 2));
        }

        var groups = height >= TallForGroups ? Math.Clamp(state.Data.Groups.Count, 1, height / 6) : 0;
        left -= groups + 1 + (state.HasFilterLine ? 1 : 0);

        // A header above the tasks, a rule above each pane.
        if (left >= TallForBoth)
        {
            var log = ((left - MostDetails - 3) / 2) - 1;
            return new TopLayout(groups, left - MostDetails - log - 3, MostDetails, log);
        }

        var pane = Math.Max(LeastPane, (left / 3) - 1);
        return new TopLayout(groups, Math.Max(1, left - pane - 2), state.ShowsDetails ? pane : 0, state.ShowsDetails ? 0 : pane);
    }
}
