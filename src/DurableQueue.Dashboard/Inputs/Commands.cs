using System.Text.Json;
using System.Text.Json.Nodes;

namespace DurableQueue.Dashboard.Inputs;

/// <summary>Payloads of commands.</summary>
internal static class Commands
{
    private const string LineProperty = "commandLine";

    /// <summary>The task type of commands.</summary>
    public static string TypeName => PayloadText.Command.Type;

    public static byte[] Write(string line, string? directory)
    {
        var payload = new JsonObject { [LineProperty] = line };
        if (!string.IsNullOrEmpty(directory))
        {
            payload["workingDirectory"] = directory;
        }

        return Bytes(payload);
    }

    /// <summary>Another command line in a stored payload. Everything else, such as the environment, is kept: the page never sees it whole.</summary>
    /// <exception cref="InputException">What is stored is not a command.</exception>
    public static byte[] Replace(ReadOnlyMemory<byte> stored, string line)
    {
        try
        {
            if (JsonNode.Parse(stored.Span) is JsonObject payload)
            {
                foreach (var name in payload.Select(property => property.Key).Where(IsWhatRuns).ToArray())
                {
                    payload.Remove(name);
                }

                payload[LineProperty] = line;
                return Bytes(payload);
            }
        }
        catch (JsonException)
        {
        }

        throw new InputException("command", "The stored payload is not a command.");
    }

    private static bool IsWhatRuns(string property) =>
        property.Equals(LineProperty, StringComparison.OrdinalIgnoreCase) || property.Equals("arguments", StringComparison.OrdinalIgnoreCase);

    private static byte[] Bytes(JsonObject payload)
    {
        using var written = new MemoryStream();
        using (var writer = new Utf8JsonWriter(written))
        {
            payload.WriteTo(writer);
        }

        return written.ToArray();
    }
}
