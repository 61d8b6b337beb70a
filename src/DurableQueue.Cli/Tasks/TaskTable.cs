using DurableQueue.Cli.Output;

namespace DurableQueue.Cli.Tasks;

/// <summary>Shows tasks as a table.</summary>
internal static class TaskTable
{
    public static TextTable Of(IEnumerable<TaskView> tasks, DateTimeOffset now)
    {
        var table = new TextTable("ID", "STATE", "GROUP", "LABEL", "PRIO", "AFTER", "START", "TIME", "COMMAND");
        foreach (var task in tasks)
        {
            var info = task.Info;
            table.Add(
                ($"{info.Id}", Style.Plain),
                TaskText.State(task, now),
                (info.Group, Style.Plain),
                (info.Label ?? "", Style.Plain),
                (info.Priority == 0 ? "" : $"{info.Priority}", Style.Plain),
                (info.IsFinished ? "" : TaskText.After(task), Style.Plain),
                (TaskText.Time(info.StartedAt, now), Style.Dim),
                (TaskText.Span(task.Duration(now)), Style.Dim),
                (TaskText.Command(task), Style.Plain));
        }

        return table;
    }
}
