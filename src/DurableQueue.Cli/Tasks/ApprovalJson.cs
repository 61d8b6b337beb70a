using System.Text.Json;

namespace DurableQueue.Cli.Tasks;

/// <summary>Writes approval requests and gates as JSON.</summary>
internal static class ApprovalJson
{
    /// <summary>Writes the fields of a request into a started object.</summary>
    public static void Write(Utf8JsonWriter json, ApprovalView view)
    {
        var request = view.Request;
        json.WriteNumber("id", request.Id.Value);
        json.WriteNumber("task_id", request.TaskId.Value);
        json.WriteString("type", request.TaskType);
        json.WriteString("group", request.Group);
        json.WriteString("label", request.Label);
        json.WriteBoolean("in_run", request.InRun);
        json.WriteString("what", request.What);
        json.WriteString("arguments", view.Arguments);
        json.WriteString("command", view.Command);
        json.WriteString("key", request.Key);
        json.WriteNumber("attempt", request.Attempt);
        json.WriteString("worker", request.Worker);
        WriteNames(json, "gates", request.Gates);
        WriteNames(json, "approvers", request.Approvers);
        TaskJson.WriteTime(json, "requested_at", request.RequestedAt);
        TaskJson.WriteTime(json, "expires_at", request.ExpiresAt);
        json.WriteString("status", request.Status.ToString());
        json.WriteString("decided_by", request.DecidedBy);
        json.WriteString("note", request.Note);
        TaskJson.WriteTime(json, "decided_at", request.DecidedAt);
        json.WriteBoolean("outdated", request.Outdated);
        json.WriteBoolean("task_gone", request.TaskGone);
    }

    public static void WriteGate(Utf8JsonWriter json, ApprovalGate gate)
    {
        json.WriteStartObject();
        json.WriteString("name", gate.Name);
        json.WriteString("type", gate.Type);
        json.WriteString("group", gate.Group);
        json.WriteString("metadata_key", gate.MetadataKey);
        json.WriteString("metadata_value", gate.MetadataValue);
        json.WriteString("command", gate.Command);
        WriteNames(json, "approvers", gate.Approvers);
        TaskJson.WriteSeconds(json, "expires_after_seconds", gate.ExpiresAfter);
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string name, IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (var one in names)
        {
            json.WriteStringValue(one);
        }

        json.WriteEndArray();
    }
}
