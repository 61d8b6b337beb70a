using DurableQueue.Cli.Tasks;
using Spectre.Console;
using Style = DurableQueue.Cli.Output.Style;

namespace DurableQueue.Cli.Dashboard;

/// <summary>Draws the full-screen table: groups above, tasks in the middle, the log of the chosen task below.</summary>
internal sealed class TopScreen(IAnsiConsole console)
{
    private const string EnterScreen = "\u001b[?1049h\u001b[?25l";
    private const string LeaveScreen = "\u001b[?25h\u001b[?1049l";
    private const string Home = "\u001b[H";
    private const string Keys = "q quit  ↑↓ choose  x kill  r retry  s stash/enqueue  space stop/continue  p pause/start group";

    /// <summary>Lines of a box around its rows: two borders, and a head with its rule.</summary>
    private const int Frame = 4;

    private const int MostOfCommand = 200;

    /// <summary>Below this many columns only the most telling ones are shown.</summary>
    private const int Wide = 80;

    private static readonly string[] GroupColumns = ["GROUP", "STATE", "RUNNING", "QUEUED", "LIMIT", "DONE", "FAILED"];
    private static readonly string[] TaskColumns = ["ID", "STATE", "COMMAND", "GROUP", "LABEL", "TIME"];

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
            new Layout(GroupTable(state, groupLines - Frame, IsWide ? GroupColumns.Length : 4)).Size(groupLines),
            new Layout(TaskTable(state, taskLines - Frame, IsWide ? TaskColumns.Length : 3, now)).Size(taskLines),
            new Layout(LogPanel(state)).Size(logLines),
            new Layout(new Markup(Footer(state))).Size(1));
        console.Profile.Out.Writer.Write(Home);
        console.Write(layout);
        console.Profile.Out.Writer.Flush();
    }

    private bool IsWide => console.Profile.Width >= Wide;

    private static Table GroupTable(TopState state, int rows, int columns)
    {
        var table = Framed(GroupColumns[..columns]);
        foreach (var group in state.Groups.Take(Math.Max(1, rows)))
        {
            string[] cells =
            [
                Escape(group.Name),
                group.Paused ? "[yellow]paused[/]" : "runs",
                $"{group.Running}",
                $"{group.Counts.Queued}",
                group.Parallelism == 0 ? "none" : $"{group.Parallelism}",
                $"{group.Counts.Done}",
                $"{group.Counts.Failed}",
            ];
            table.AddRow(cells[..columns]);
        }

        return table;
    }

    private static Table TaskTable(TopState state, int rows, int columns, DateTimeOffset now)
    {
        var table = Framed(TaskColumns[..columns]);
        var first = Math.Clamp(state.Selected - rows + 1, 0, Math.Max(0, state.Tasks.Count - rows));
        foreach (var (task, index) in state.Tasks.Select((task, index) => (task, index)).Skip(first).Take(rows))
        {
            var (text, style) = TaskText.State(task, now);
            string[] cells =
            [
                $"{task.Id}", text, Output.TextTable.Cut(Output.TextTable.OneLine(TaskText.Command(task)), MostOfCommand), task.Info.Group, task.Info.Label ?? "",
                TaskText.Span(task.Duration(now)),
            ];
            table.AddRow([.. cells[..columns].Select((cell, column) => new Text(cell, Choose(column == 1 ? style : Style.Plain, index == state.Selected)) { Overflow = Overflow.Ellipsis })]);
        }

        return table;
    }

    private static Panel LogPanel(TopState state) => new(new Text(string.Join('\n', state.Log.Select(Output.TextTable.OneLine))) { Overflow = Overflow.Ellipsis })
    {
        Header = new PanelHeader(state.Task is { } task ? $" log of task {task.Id} " : " log "),
        Expand = true,
        Border = BoxBorder.Square,
    };

    private static string Footer(TopState state) =>
        state.Message.Length > 0 ? $"[bold]{Escape(state.Message)}[/]" : $"[dim]{Keys}{(state.Workers == 0 ? "  —  no worker" : "")}[/]";

    private static Table Framed(params string[] headers)
    {
        var table = new Table { Border = TableBorder.Square, Expand = true };
        foreach (var header in headers)
        {
            table.AddColumn(new TableColumn(new Text(header)) { NoWrap = true });
        }

        return table;
    }

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

    private static string Escape(string text) => Markup.Escape(text);
}
