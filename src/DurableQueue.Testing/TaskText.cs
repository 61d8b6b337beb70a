using System.Text;

namespace DurableQueue.Testing;

/// <summary>Tasks in the words of a failed assertion.</summary>
internal static class TaskText
{
    private const int MostListed = 20;

    public static string Describe<TPayload>(IReadOnlyList<EnqueuedTask<TPayload>> tasks)
        where TPayload : notnull => tasks.Count == 0
        ? "The queue holds no task of its type."
        : $"Of its type the queue holds:{Lines([.. tasks.Select(task => $"{Describe(task.Task)} {task.Payload}")])}";

    public static string Describe(TaskInfo task)
    {
        var text = new StringBuilder($"task {task.Id} ({task.Type}): {task.State}");
        text.Append(task.Holds == TaskHolds.None ? "" : $", held: {task.Holds}");
        text.Append(task.Outcome == TaskOutcome.None ? "" : $", {task.Outcome}");
        text.Append(task.Attempt == 0 ? "" : $", attempt {task.Attempt} of {task.MaxAttempts}");
        return text.Append(task.LastError is null ? "" : $": {task.LastError}").ToString();
    }

    public static string Lines(List<string> lines) =>
        string.Concat(lines.Take(MostListed).Select(line => $"{Environment.NewLine}  {line}"))
        + (lines.Count > MostListed ? $"{Environment.NewLine}  and {lines.Count - MostListed} more" : "");

    public static string Join(IReadOnlyList<TaskId> ids) => ids.Count == 0 ? "nothing" : string.Join(", ", ids.Take(MostListed));
}
