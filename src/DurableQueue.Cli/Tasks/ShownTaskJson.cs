using System.Text.Json;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>Writes everything of one task as JSON (docs/cli-json.md).</summary>
internal static class ShownTaskJson
{
    public static void Write(Utf8JsonWriter json, ShownTask task, ShownLog log, CommandFiles files, DateTimeOffset now)
    {
        var info = task.Info;
        json.WritePropertyName("task");
        TaskJson.Write(json, task.View, files, now, task.Environment is not null);
        WriteBytes(json, "payload", task.Payload);
        WriteBytes(json, "result", task.Result);
        WriteBytes(json, "checkpoint", task.Checkpoint);
        WriteRoute(json, info.Route);
        TaskRecord.WriteRetry(json, info.Retry);
        TaskJson.WriteSeconds(json, "lease_seconds", info.LeaseDuration);
        TaskJson.WriteTime(json, "lease_expires_at", info.LeaseExpiresAt);
        TaskRecord.WriteCost(json, info.EstimatedCost);
        json.WriteString("key_scope", info.DedupKey is null ? null : $"{info.DedupScope}");
        TaskJson.WriteNumber(json, "finish_sequence", info.FinishSequence);
        TaskJson.WriteNumber(json, "parent", TaskContext.ParentOf(info.Metadata)?.Value);
        json.WriteString("schedule", info.Schedule);
        TaskJson.WriteTime(json, "occurs_at", info.OccursAt);
        TaskJson.WriteAll(json, "dependents", task.Dependents, WriteDependent);
        json.WriteBoolean("more_dependents", task.HasMoreDependents);
        TaskJson.WriteAll(json, "attempts", task.Attempts, WriteAttempt);
        TaskJson.WriteAll(json, "approvals", task.Approvals, (writer, request) =>
        {
            writer.WriteStartObject();
            ApprovalJson.Write(writer, request);
            writer.WriteEndObject();
        });
        TaskJson.WriteAll(json, "charges", task.Charges, WriteCharge);
        json.WriteStartObject("log");
        json.WriteString("path", log.Path);
        json.WriteString("missing", log.Missing);
        json.WriteNumber("bytes", log.Bytes);
        json.WriteNumber("from_byte", log.FromByte);
        json.WriteString("text", log.Text);
        json.WriteEndObject();
    }

    private static void WriteBytes(Utf8JsonWriter json, string name, ShownBytes? bytes)
    {
        json.WritePropertyName(name);
        if (bytes is null)
        {
            json.WriteNullValue();
        }
        else
        {
            bytes.Write(json);
        }
    }

    private static void WriteRoute(Utf8JsonWriter json, TaskRoute? route)
    {
        if (route is null)
        {
            json.WriteNull("route");
            return;
        }

        json.WriteStartObject("route");
        json.WriteString("type", route.Type);
        json.WriteString("reason", route.Reason);
        json.WriteBoolean("fallback", route.IsFallback);
        json.WriteString("worker", route.Worker);
        TaskJson.WriteTime(json, "routed_at", route.RoutedAt);
        json.WriteEndObject();
    }

    private static void WriteDependent(Utf8JsonWriter json, (TaskInfo Task, DependencyInfo Edge) dependent)
    {
        json.WriteStartObject();
        json.WriteNumber("id", dependent.Task.Id.Value);
        json.WriteString("label", dependent.Task.Label);
        json.WriteString("when", $"{dependent.Edge.When}");
        json.WriteString("state", $"{dependent.Edge.State}");
        json.WriteString("task_state", $"{dependent.Task.State}");
        json.WriteEndObject();
    }

    private static void WriteAttempt(Utf8JsonWriter json, TaskAttempt attempt)
    {
        json.WriteStartObject();
        json.WriteNumber("attempt", attempt.Attempt);
        json.WriteString("worker", attempt.Worker);
        TaskJson.WriteTime(json, "started_at", attempt.StartedAt);
        TaskJson.WriteTime(json, "ended_at", attempt.EndedAt);
        json.WriteString("outcome", $"{attempt.Outcome}");
        json.WriteString("error", attempt.Error);
        json.WriteEndObject();
    }

    private static void WriteCharge(Utf8JsonWriter json, CostCharge charge)
    {
        json.WriteStartObject();
        json.WriteNumber("token", charge.Token);
        json.WriteString("key", charge.Key);
        json.WriteNumber("amount", charge.Cost.Amount);
        json.WriteString("unit", charge.Cost.Unit);
        TaskJson.WriteTime(json, "at", charge.At);
        TaskJson.WriteTexts(json, "metadata", charge.Tags);
        json.WriteEndObject();
    }
}
