using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Top;

/// <summary>Draws the table of tasks, with the same columns as <c>dq status</c>.</summary>
internal static class TaskLines
{
    public static List<ScreenLine> Draw(TopState state, int rows, int width, DateTimeOffset now, Glyphs glyphs)
    {
        var tasks = state.Data.Tasks.Skip(state.FirstRow).Take(rows).ToList();
        var lines = ScreenTable.Draw(
            TaskColumns.All, [.. tasks.Select(task => Cells(task, now))], tasks.Count == 0 ? null : state.Selected - state.FirstRow, width, glyphs);
        if (tasks.Count == 0)
        {
            lines.Add(ScreenLine.Of(state.Filter is not null ? " No task matches." : " No tasks.", Style.Dim));
        }

        return lines;
    }

    private static (string Text, Style Style)[] Cells(TaskView task, DateTimeOffset now)
    {
        var cells = TaskColumns.Cells(task, now);
        if (!task.IsRead)
        {
            cells[^1] = ("", Style.Plain);
        }

        return task.Info.IsFinished ? [.. cells.Select(cell => cell.Style == Style.Plain ? (cell.Text, Style.Dim) : cell)] : cells;
    }
}
