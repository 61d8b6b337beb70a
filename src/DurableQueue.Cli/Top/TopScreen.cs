using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;
using Spectre.Console;
using Style = DurableQueue.Cli.Output.Style;

namespace DurableQueue.Cli.Top;

/// <summary>Draws the screen: groups at the top, tasks in the middle, the log of the selected task at the bottom.</summary>
internal sealed class TopScreen(IAnsiConsole console)
{
    private const string EnterScreen = "\u001b[?1049h\u001b[?25l";
    private const string LeaveScreen = "\u001b[?25h\u001b[?1049l";
    private const string Home = "\u001b[H";
    private const string Keys = "q quit  ↑↓ select  x kill  r retry  s stash/enqueue  space pause/resume  p pause/start group";

    /// <summary>The lines of a table besides its rows: two borders, the header and its rule.</summary>
    private const int Frame = 4;

    /// <summary>The width of a border with the spaces beside a cell.</summary>
    private const int Border = 3;

    /// <summary>On narrower screens only the most important columns are shown.</summary>
    private const int Wide = 80;

    /// <summary>Columns with their widths; the one without a width gets the remaining space.</summary>
    private static readonly (string Header, int? Width)[] GroupColumns =
        [("GROUP", null), ("STATE", 6), ("RUNNING", 7), ("QUEUED", 7), ("LIMIT", 5), ("DONE", 7), ("FAILED", 7)];

    private static readonly (string Header, int? Width)[] TaskColumns = [("ID", 6), ("STATE", 12), ("COMMAND", null), ("GROUP", 10), ("LABEL", 12), ("TIME", 6)];

    public static int LogLines(int height) => Math.Max(3, height / 3);

    public void Enter() => console.Profile.Out.Writer.Write(EnterScreen);

    public void Leave() => console.Profile.Out.Writer.Write(LeaveScreen);

    public void Draw(TopState state, DateTimeOffset now)
    {
        var height = console.Profile.Height;
        var groupLines = Math.Min(state.Groups.Count + Frame, Math.Max(Frame + 1, height / 4));
        var logLines = LogLines(height) + 2;
        var taskLines = Math.Max(Frame + 1, height - groupLines - logLines - 1);
        var layout = new Layout().SplitRows(
            new Layout(GroupCache(state, groupLines - Frame, IsWide ? GroupColumns.Length : 4)).Size(groupLines),
            new Layout(TaskTable(state, taskLines - Frame, IsWide ? TaskColumns.Length : 3, now)).Size(taskLines),
            new Layout(LogPanel(state)).Size(logLines),
            new Layout(new Markup(Footer(state))).Size(1));
        console.Profile.Out.Writer.Write(Home);
        console.Write(layout);
        console.Profile.Out.Writer.Flush();
    }

    private bool IsWide => console.Profile.Width >= Wide;

    private Table GroupCache(TopState state, int rows, int columns)
    {
        var (table, widths) = Framed(GroupColumns[..columns]);
        foreach (var group in state.Groups.Take(Math.Max(1, rows)))
        {
            string[] cells =
            [
                group.Name,
                group.Paused ? "paused" : "active",
                $"{group.Running}",
                $"{group.Counts.Queued}",
                group.Parallelism == 0 ? "none" : $"{group.Parallelism}",
                $"{group.Counts.Done}",
                $"{group.Counts.Failed}",
            ];
            table.AddRow(cells[..columns].Select((cell, column) => Cell(cell, widths[column], Choose(column == 1 && group.Paused ? Style.Yellow : Style.Plain, selected: false))));
        }

        return table;
    }

    private Table TaskTable(TopState state, int rows, int columns, DateTimeOffset now)
    {
        var (table, widths) = Framed(TaskColumns[..columns]);
        var first = Math.Clamp(state.Selected - rows + 1, 0, Math.Max(0, state.Tasks.Count - rows));
        foreach (var (task, index) in state.Tasks.Select((task, index) => (task, index)).Skip(first).Take(rows))
        {
            var (text, style) = TaskText.State(task, now);
            string[] cells =
            [
                $"{task.Id}", text, TaskText.Command(task), task.Info.Group, task.Info.Label ?? "", TaskText.Span(task.Duration(now)),
            ];
            table.AddRow(cells[..columns].Select((cell, column) => Cell(cell, widths[column], Choose(column == 1 ? style : Style.Plain, index == state.Selected))));
        }

        return table;
    }

    private Panel LogPanel(TopState state)
    {
        var width = console.Profile.Width - Border - 1;
        return new Panel(new Text(string.Join('\n', state.Log.Select(line => Cells.Cut(SafeText.OneLine(line), width)))))
        {
            Header = new PanelHeader(state.Task is { } task ? $" log of task {task.Id} " : " log "),
            Expand = true,
            Border = BoxBorder.Square,
        };
    }

    private string Footer(TopState state) =>
        state.Message.Length > 0 ? $"[bold]{Markup.Escape(Cells.Cut(SafeText.OneLine(state.Message), console.Profile.Width))}[/]" : $"[dim]{Keys}{(state.Workers == 0 ? "  —  no worker" : "")}[/]";

    /// <summary>A table whose column widths do not depend on the content.</summary>
    private (Table Table, int[] Widths) Framed((string Header, int? Width)[] columns)
    {
        // Wider screens are shared among all columns.
        var scale = Math.Max(1.0, (double)console.Profile.Width / Wide);
        var widths = columns.Select(column => (int)((column.Width ?? 0) * scale)).ToArray();
        widths[Array.FindIndex(columns, column => column.Width is null)] = Math.Max(1, console.Profile.Width - widths.Sum() - (columns.Length * Border) - 1);
        var table = new Table { Border = TableBorder.Square };
        foreach (var ((header, _), width) in columns.Zip(widths))
        {
            table.AddColumn(new TableColumn(new Text(Cells.Cut(header, width))) { NoWrap = true, Width = width });
        }

        return (table, widths);
    }

    private static Text Cell(string text, int width, Spectre.Console.Style style) => new(Cells.Cut(SafeText.OneLine(text), width), style);

    private static Spectre.Console.Style Choose(Style style, bool selected) => new(
        style switch
        {
            Style.Red => Color.Red,
            Style.Green => Color.Green,
            Style.Yellow => Color.Yellow,
            Style.Cyan => Color.Aqua,
            _ => Color.Default,
        },
        decoration: selected ? Decoration.Invert : Decoration.None);
}
