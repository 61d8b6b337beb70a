using System.Globalization;
using System.Text.Json;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>Writes tasks as JSON (docs/cli-json.md, docs/schema).</summary>
internal static class TaskJson
{
    public static void Write(Utf8JsonWriter json, TaskView task, CommandFiles files, DateTimeOffset now, bool showEnvironment = false)
    {
        var info = task.Info;
        json.WriteStartObject();
        json.WriteNumber("id", info.Id.Value);
        json.WriteString("type", info.Type);
        json.WriteString("command", task.Command?.ToString());
        json.WriteString("working_dir", task.Command?.WorkingDirectory);
        json.WriteString("group", info.Group);
        json.WriteString("label", info.Label);
        json.WriteNumber("priority", info.Priority);
        json.WriteString("state", info.State.ToString());
        WriteHolds(json, info.Holds);
        WriteReasons(json, task.Reasons);
        json.WriteString("outcome", info.Outcome.ToString());
        WriteNumber(json, "exit_code", task.Result?.ExitCode);
        WriteNumber(json, "signal", task.Result?.Signal);
        json.WriteNumber("attempt", info.Attempt);
        json.WriteNumber("max_attempts", info.MaxAttempts);
        WriteAfter(json, task.After);
        WriteTime(json, "enqueued_at", info.EnqueuedAt);
        WriteTime(json, "not_before", info.NotBefore);
        WriteTime(json, "started_at", info.StartedAt);
        WriteTime(json, "finished_at", info.FinishedAt);
        WriteSeconds(json, "duration_seconds", task.Duration(now));
        WriteSeconds(json, "timeout_seconds", info.Timeout);
        json.WriteString("worker", info.Worker);
        WriteNumber(json, "progress", info.Progress);
        json.WriteString("progress_message", info.ProgressMessage);
        json.WriteString("error", info.LastError);
        json.WriteString("key", info.DedupKey);
        json.WriteBoolean("urgent", info.Urgent);
        json.WriteBoolean("doomed", info.Doomed);
        json.WriteBoolean("waiting", info.Waiting);
        json.WriteBoolean("paused", task.Paused);
        json.WriteBoolean("cancel_requested", info.CancelRequested);
        json.WriteString("log", task.IsCommand && info.Attempt > 0 ? files.Log(info.Id, info.Attempt) : null);
        WriteTexts(json, "metadata", info.Metadata);
        if (showEnvironment && task.ReadEnvironment() is { } environment)
        {
            WriteTexts(json, "environment", environment);
        }

        json.WriteEndObject();
    }

    public static void WriteHolds(Utf8JsonWriter json, TaskHolds holds)
    {
        json.WriteStartArray("holds");
        foreach (var hold in Holds(holds))
        {
            json.WriteStringValue(hold);
        }

        json.WriteEndArray();
    }

    public static IEnumerable<string> Holds(TaskHolds holds) =>
        Enum.GetValues<TaskHolds>().Where(hold => hold != TaskHolds.None && holds.HasFlag(hold)).Select(hold => hold.ToString());

    /// <summary>Why a task does not run.</summary>
    public static void WriteReasons(Utf8JsonWriter json, IReadOnlyList<TaskReason> reasons) => WriteAll(json, "reasons", reasons, (writer, reason) =>
    {
        writer.WriteStartObject();
        writer.WriteString("reason", reason.Word);
        WriteTime(writer, "until", reason.Until);
        WriteAll(writer, "tasks", reason.Tasks ?? [], (list, id) => list.WriteNumberValue(id.Value));
        writer.WriteEndObject();
    });

    public static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time) =>
        json.WriteString(name, time?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    public static void WriteSeconds(Utf8JsonWriter json, string name, TimeSpan? span) => WriteNumber(json, name, span is { } time ? Math.Round(time.TotalSeconds, 3) : null);

    public static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> texts)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in texts.OrderBy(text => text.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes a list of objects.</summary>
    public static void WriteAll<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
    }

    public static void WriteNumber(Utf8JsonWriter json, string name, double? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteAfter(Utf8JsonWriter json, IReadOnlyList<DependencyInfo> after)
    {
        json.WriteStartArray("after");
        foreach (var dependency in after)
        {
            json.WriteStartObject();
            json.WriteNumber("id", dependency.On.Value);
            json.WriteString("when", dependency.When.ToString());
            json.WriteString("state", dependency.State.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
