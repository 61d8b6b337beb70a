using System.Text;
using System.Text.Json;

namespace DurableQueue.Dashboard.Inputs;

internal static class PayloadBytes
{
    /// <summary>Reads a payload that is sent as JSON, or as the text that was typed, which must be JSON too.</summary>
    /// <returns><see langword="null"/> if there is none.</returns>
    /// <exception cref="InputException">There are two, or the text is not JSON.</exception>
    public static ReadOnlyMemory<byte>? Read(JsonElement? payload, string? text)
    {
        if (payload is { } json)
        {
            return text is null
                ? Encoding.UTF8.GetBytes(json.GetRawText())
                : throw new InputException("payloadText", "Send either payload or payloadText.");
        }

        if (string.IsNullOrWhiteSpace(text))
        {
            return text is null ? null : ReadOnlyMemory<byte>.Empty;
        }

        try
        {
            using var parsed = JsonDocument.Parse(text);
            return Encoding.UTF8.GetBytes(text);
        }
        catch (JsonException e)
        {
            throw new InputException("payloadText", $"The payload is not JSON: line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}.");
        }
    }
}
