using System.Text.Json;

namespace DurableQueue.Cli.Tasks;

/// <summary>Writes groups as JSON.</summary>
internal static class GroupJson
{
    public static void WriteAll(Utf8JsonWriter json, IEnumerable<GroupInfo> groups)
    {
        json.WriteStartArray("groups");
        foreach (var group in groups)
        {
            Write(json, group);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, GroupInfo group)
    {
        json.WriteStartObject();
        json.WriteString("name", group.Name);
        json.WriteNumber("limit", group.Parallelism);
        json.WriteBoolean("paused", group.Paused);
        json.WriteBoolean("pause_on_failure", group.PauseOnFailure);
        json.WriteNumber("running", group.Running);
        json.WriteNumber("waiting", group.Waiting);
        json.WriteNumber("queued", group.Counts.Queued);
        json.WriteNumber("done", group.Counts.Done);
        json.WriteNumber("failed", group.Counts.Failed);
        json.WriteNumber("cancelled", group.Counts.Cancelled);
        json.WriteEndObject();
    }
}
