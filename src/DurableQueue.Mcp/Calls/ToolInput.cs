using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DurableQueue.Mcp.Calls;

/// <summary>Reads the arguments of a call.</summary>
internal static class ToolInput
{
    /// <exception cref="ToolException">An argument is missing, unknown or not valid; the message names it.</exception>
    public static TInput Read<TInput>(IDictionary<string, JsonElement>? arguments, JsonElement schema, JsonTypeInfo<TInput> type)
    {
        using var given = Join(arguments);
        if (SchemaCheck.FindProblem(schema, given.RootElement) is { } problem)
        {
            throw new ToolException(problem);
        }

        try
        {
            return given.RootElement.Deserialize(type)!;
        }
        catch (JsonException e)
        {
            throw new ToolException($"'{e.Path?.TrimStart('$', '.')}' is not valid.");
        }
    }

    private static JsonDocument Join(IDictionary<string, JsonElement>? arguments)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach (var (name, value) in arguments ?? new Dictionary<string, JsonElement>())
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return JsonDocument.Parse(bytes.WrittenMemory);
    }
}
