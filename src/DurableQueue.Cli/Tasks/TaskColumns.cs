using DurableQueue.Cli.Output;

namespace DurableQueue.Cli.Tasks;

/// <summary>The columns of tables of tasks, and what they contain.</summary>
internal static class TaskColumns
{
    public static readonly Column[] All =
    [
        new("ID", 0),
        new("STATE", 1, Least: 8, Enough: 14),
        new("GROUP", 5, Least: 6, Enough: 8),
        new("LABEL", 3, Least: 8, Enough: 12),
        new("PRIO", 7),
        new("AFTER", 6, Least: 5, Enough: 8),
        new("START", 8, Least: 8, Enough: 16),
        new("TIME", 4),
        new("COMMAND", 2, Least: 8, Enough: 24),
    ];

    public static (string Text, Style Style)[] Cells(TaskView task, DateTimeOffset now)
    {
        var info = task.Info;
        return
        [
            ($"{info.Id}", Style.Plain),
            TaskText.State(task, now),
            (info.Group, Style.Plain),
            (info.Label ?? "", Style.Plain),
            (info.Priority == 0 ? "" : $"{info.Priority}", Style.Plain),
            (info.IsFinished ? "" : TaskText.After(task), Style.Plain),
            (TaskText.Time(info.StartedAt, now), Style.Dim),
            (TaskText.Span(task.Duration(now)), Style.Dim),
            (TaskText.Command(task), Style.Plain),
        ];
    }

    public static TextTable Table(IEnumerable<TaskView> tasks, DateTimeOffset now)
    {
        var table = new TextTable(All);
        foreach (var task in tasks)
        {
            table.Add(Cells(task, now));
        }

        return table;
    }
}
