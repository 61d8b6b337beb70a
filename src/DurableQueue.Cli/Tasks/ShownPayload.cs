using System.Text.Json;

namespace DurableQueue.Cli.Tasks;

/// <summary>The payload of a task as it may be shown: that of a command without its environment, which may contain secrets.</summary>
internal static class ShownPayload
{
    public static ReadOnlyMemory<byte> Of(TaskView task, ReadOnlyMemory<byte> payload, bool showEnvironment) =>
        task is { IsCommand: true, Command: not null } && !showEnvironment ? WithoutEnvironment(payload) : payload;

    private static byte[] WithoutEnvironment(ReadOnlyMemory<byte> payload)
    {
        using var document = JsonDocument.Parse(payload);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var property in document.RootElement.EnumerateObject().Where(property => !property.Name.Equals("environment", StringComparison.OrdinalIgnoreCase)))
            {
                property.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
