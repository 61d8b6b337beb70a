using System.Text.Json;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>What a clean removed, or would remove, and what it kept and why: as JSON, and in a few lines for people.</summary>
internal sealed class CleanReport(bool dryRun)
{
    public const string Needed = "needed";
    public const string Recent = "recent";
    public const string NotSuccessful = "not-successful";
    public const string HasTasks = "has-tasks";
    public const string Configured = "configured";

    /// <summary>How many names a line for people contains.</summary>
    private const int MostNamed = 20;

    private readonly HashSet<TaskId> tasks = [];
    private readonly Dictionary<string, int> tasksByGroup = [];
    private readonly List<TaskId> logTasks = [];
    private readonly List<string> groups = [];
    private readonly List<(TaskId Id, string Reason, IReadOnlyList<TaskId> By)> keptTasks = [];
    private readonly List<(string Group, string Reason)> keptGroups = [];
    private int logs;
    private long logBytes;

    public bool DryRun => dryRun;

    public bool IsRemoved(TaskId id) => tasks.Contains(id);

    public int RemovedFrom(string group) => tasksByGroup.GetValueOrDefault(group);

    public void Remove(TaskInfo task)
    {
        tasks.Add(task.Id);
        tasksByGroup[task.Group] = RemovedFrom(task.Group) + 1;
    }

    public void Remove(string group) => groups.Add(group);

    public void RemoveLogs(TaskId id, int count, long bytes)
    {
        logTasks.Add(id);
        logs += count;
        logBytes += bytes;
    }

    public void Keep(TaskId id, string reason, IReadOnlyList<TaskId>? by = null) => keptTasks.Add((id, reason, by ?? []));

    public void Keep(string group, string reason) => keptGroups.Add((group, reason));

    public void Write(DqInvocation invocation)
    {
        if (!dryRun)
        {
            invocation.Output.Remember($"{tasks.Count} tasks and {logs} logs were removed.");
        }

        invocation.Output.WriteJson(WriteJson);
        foreach (var line in Lines())
        {
            invocation.Output.Say(line);
        }
    }

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteBoolean("dry_run", dryRun);
        json.WriteNumber("tasks", tasks.Count);
        json.WriteNumber("logs", logs);
        json.WriteNumber("log_bytes", logBytes);
        TaskJson.WriteAll(json, "groups", groups, (writer, group) => writer.WriteStringValue(group));
        TaskJson.WriteAll(json, "task_ids", tasks.Order(), (writer, id) => writer.WriteNumberValue(id.Value));
        TaskJson.WriteAll(json, "log_task_ids", logTasks.Order(), (writer, id) => writer.WriteNumberValue(id.Value));
        TaskJson.WriteAll(json, "kept_tasks", keptTasks.OrderBy(task => task.Id), (writer, task) =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", task.Id.Value);
            writer.WriteString("reason", task.Reason);
            TaskJson.WriteAll(writer, "needed_by", task.By, (list, id) => list.WriteNumberValue(id.Value));
            writer.WriteEndObject();
        });
        TaskJson.WriteAll(json, "kept_groups", keptGroups, (writer, group) =>
        {
            writer.WriteStartObject();
            writer.WriteString("name", group.Group);
            writer.WriteString("reason", group.Reason);
            writer.WriteEndObject();
        });
    }

    private IEnumerable<string> Lines()
    {
        var removed = dryRun ? "would be removed" : "removed";
        yield return $"{Count(tasks.Count, "task")} {removed}{Named(tasks.Order())}";
        yield return $"{Count(logs, "log")} ({Count(logBytes, "byte")}) {removed}{Named(logTasks.Order())}";
        if (groups.Count > 0)
        {
            yield return $"{Count(groups.Count, "group")} {removed}{Named(groups)}";
        }

        foreach (var kept in keptTasks.GroupBy(task => task.Reason))
        {
            yield return $"{Count(kept.Count(), "task")} kept, {InWords(kept.Key)}{Named(kept.Select(Name))}";
        }

        foreach (var kept in keptGroups.GroupBy(group => group.Reason))
        {
            yield return $"{Count(kept.Count(), "group")} kept, {InWords(kept.Key)}{Named(kept.Select(group => group.Group))}";
        }
    }

    private static string Count(long number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";

    private static string Name((TaskId Id, string Reason, IReadOnlyList<TaskId> By) task) => task.By.Count == 0 ? $"{task.Id}" : $"{task.Id} (by {string.Join(", ", task.By)})";

    private static string InWords(string reason) => reason switch
    {
        Needed => "needed by unfinished tasks",
        Recent => "ended too recently",
        NotSuccessful => "not successful",
        HasTasks => "not empty",
        _ => "set up explicitly",
    };

    private static string Named<T>(IEnumerable<T> names)
    {
        var all = names.ToList();
        return all.Count == 0 ? "." : $": {string.Join(", ", all.Take(MostNamed))}{(all.Count > MostNamed ? $" and {all.Count - MostNamed} more" : "")}.";
    }
}
