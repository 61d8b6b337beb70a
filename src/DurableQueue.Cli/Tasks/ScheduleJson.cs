using System.Text.Json;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>Writes schedules as JSON.</summary>
internal static class ScheduleJson
{
    public static void Write(Utf8JsonWriter json, ScheduleInfo info)
    {
        var schedule = info.Schedule;
        json.WriteStartObject();
        json.WriteString("name", schedule.Name);
        json.WriteString("expression", schedule.Expression);
        json.WriteString("timezone", schedule.TimeZone);
        TaskJson.WriteTime(json, "starts_at", schedule.StartsAt);
        TaskJson.WriteTime(json, "ends_at", schedule.EndsAt);
        json.WriteString("missed", schedule.Missed.ToString());
        json.WriteNumber("missed_limit", schedule.MissedRunLimit);
        TaskJson.WriteSeconds(json, "missed_after_seconds", schedule.MissedAfter);
        json.WriteString("overlap", schedule.Overlap.ToString());
        TaskJson.WriteSeconds(json, "jitter_seconds", schedule.Jitter);
        json.WriteNumber("pause_after_failures", schedule.PauseAfterFailures);
        json.WriteBoolean("paused", info.Paused);
        json.WriteString("pause_reason", info.PauseReason);
        TaskJson.WriteTime(json, "paused_at", info.PausedAt);
        json.WriteNumber("consecutive_failures", info.ConsecutiveFailures);
        TaskJson.WriteTime(json, "next_occurrence", info.NextOccurrence);
        TaskJson.WriteTime(json, "next_fire_at", info.NextFireAt);
        TaskJson.WriteTime(json, "last_occurrence", info.LastOccurrence);
        json.WriteBoolean("ended", info.Ended);
        json.WriteBoolean("declared", info.Declared);
        TaskJson.WriteTime(json, "created_at", info.CreatedAt);
        TaskJson.WriteTime(json, "updated_at", info.UpdatedAt);
        WriteTemplate(json, schedule.Task);
        json.WriteEndObject();
    }

    public static void WriteOccurrence(Utf8JsonWriter json, ScheduleOccurrence occurrence)
    {
        json.WriteStartObject();
        TaskJson.WriteTime(json, "occurs_at", occurrence.OccursAt);
        TaskJson.WriteTime(json, "fires_at", occurrence.FiresAt);
        json.WriteEndObject();
    }

    public static void WriteRun(Utf8JsonWriter json, ScheduleRun run)
    {
        json.WriteStartObject();
        TaskJson.WriteTime(json, "occurs_at", run.OccursAt);
        TaskJson.WriteTime(json, "fired_at", run.FiredAt);
        json.WriteString("result", run.Result.ToString());
        json.WriteBoolean("manual", run.Manual);
        TaskJson.WriteNumber(json, "task_id", run.Task?.Value);
        json.WriteString("outcome", run.Outcome.ToString());
        TaskJson.WriteTime(json, "finished_at", run.FinishedAt);
        TaskJson.WriteTime(json, "missed_until", run.MissedUntil);
        json.WriteEndObject();
    }

    private static void WriteTemplate(Utf8JsonWriter json, NewTask task)
    {
        // Only the command of a payload, not its environment, which may contain secrets.
        var command = task.Type == CommandTask.TypeName ? CommandSummary.Read(task.Payload) : null;
        json.WriteStartObject("task");
        json.WriteString("type", task.Type);
        json.WriteString("command", command?.ToString());
        json.WriteString("working_dir", command?.WorkingDirectory);
        json.WriteString("group", task.Group);
        json.WriteString("label", task.Label);
        json.WriteNumber("priority", task.Priority);
        json.WriteNumber("max_attempts", task.MaxAttempts);
        TaskJson.WriteSeconds(json, "timeout_seconds", task.Timeout);
        TaskJson.WriteSeconds(json, "delay_seconds", task.Delay);
        json.WriteString("key", task.DedupKey);
        json.WriteBoolean("stashed", task.Stashed);
        json.WriteBoolean("immediate", task.RunNow);
        json.WriteBoolean("approval", task.RequiresApproval);
        TaskJson.WriteTexts(json, "metadata", task.Metadata ?? new Dictionary<string, string>());
        json.WriteEndObject();
    }
}
