using DurableQueue.Cli.Logs;

namespace DurableQueue.Cli.Top;

/// <summary>The keys that only move what is shown.</summary>
internal static class TopMoves
{
    private const int ShiftBy = 8;

    /// <param name="state">The state.</param>
    /// <param name="action">The key.</param>
    /// <param name="height">The height of the terminal.</param>
    /// <param name="scrollLog">Scrolls the log by lines.</param>
    /// <param name="log">The log.</param>
    public static void Move(TopState state, TopAction action, int height, Action<int> scrollLog, LogWindow log)
    {
        var layout = TopLayout.Of(state, height);
        var page = layout.LogRows > 0 ? layout.LogRows - 1 : layout.DetailRows;
        switch (action)
        {
            case TopAction.Up or TopAction.Down when state.IsFocused:
                scrollLog(action == TopAction.Up ? -1 : 1);
                break;
            case TopAction.Up:
                state.Move(-1);
                break;
            case TopAction.Down:
                state.Move(1);
                break;
            case TopAction.First:
                state.Move(-state.Data.Tasks.Count);
                break;
            case TopAction.Last:
                state.MoveToLast();
                break;
            case TopAction.Pane:
                state.ShowsDetails = !state.ShowsDetails;
                break;
            case TopAction.Older:
                state.ShowsOlder = !state.ShowsOlder;
                state.Message = state.ShowsOlder ? "Tasks that ended long ago are shown." : "Tasks that ended long ago are hidden.";
                break;
            case TopAction.PageUp or TopAction.PageDown when layout.LogRows == 0:
                state.DetailsFrom = Math.Max(0, state.DetailsFrom + (action == TopAction.PageUp ? -page : page));
                break;
            case TopAction.PageUp:
                scrollLog(-page);
                break;
            case TopAction.PageDown:
                scrollLog(page);
                break;
            case TopAction.LogStart:
                log.ToStart();
                break;
            case TopAction.LogEnd:
                log.Follow();
                break;
            case TopAction.Left:
                state.LogShift = Math.Max(0, state.LogShift - ShiftBy);
                break;
            case TopAction.Right:
                state.LogShift += ShiftBy;
                break;
        }
    }
}
