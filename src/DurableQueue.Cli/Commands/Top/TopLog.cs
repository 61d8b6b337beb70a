using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Top;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Commands.Top;

/// <summary>The part of the selected task's log that is on the screen.</summary>
internal sealed class TopLog(DqInvocation invocation, TopState state)
{
    public LogWindow Window { get; } = new();

    /// <summary>Reads the lines that have room, scrolled by a number of lines.</summary>
    public void Read(int by)
    {
        var (rows, attempt) = (TopLayout.Of(state, TopTerminal.Size.Height).LogRows, state.Task?.Info.Attempt ?? 0);
        if (rows == 0)
        {
            return;
        }

        try
        {
            state.Log = Window.Read(FindPath(), attempt, rows, by);
        }
        catch (Exception e) when (Failures.IsKnown(e))
        {
            // It belongs to another user, or is no file.
            state.Log = new LogPage(attempt, [Failures.MessageOf(e)]);
        }
    }

    /// <summary>Scrolls to the next line with the text that is searched for.</summary>
    public void Search(bool upwards)
    {
        if (state.Sought.Length > 0 && !Window.Find(FindPath(), state.Sought, state.Log, upwards))
        {
            state.Message = $"'{state.Sought}' is not {(upwards ? "above" : "below")}";
        }
    }

    private string? FindPath() => state.Task is { IsCommand: true } task ? PresentRun.LogOf(invocation.Files, task.Info, task.Info.Attempt, errors: false) : null;
}
