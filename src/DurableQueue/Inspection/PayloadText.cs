using System.Text.Json;

namespace DurableQueue;

/// <summary>A text in the JSON payload of one task type, which queries can compare and order by.</summary>
/// <param name="Type">The task type. Other tasks do not have the text.</param>
/// <param name="Property">The property that holds it.</param>
/// <param name="ListProperty">The property that holds it as a list, to be joined by spaces, if <paramref name="Property"/> is missing or null.</param>
internal sealed record PayloadText(string Type, string Property, string ListProperty)
{
    /// <summary>The field <c>command</c> of the query language. Every store reads it by this definition.</summary>
    public static readonly PayloadText Command = new("command", "commandLine", "arguments");

    /// <summary>Reads the text from a payload, of which parts that are not needed may be missing.</summary>
    /// <returns><see langword="null"/> if the task has none: it has another type, or its payload is not such JSON.</returns>
    public string? Find(string type, ReadOnlySpan<byte> payload)
    {
        if (type != Type)
        {
            return null;
        }

        try
        {
            var json = new Utf8JsonReader(payload);
            return json.Read() && json.TokenType == JsonTokenType.StartObject ? Find(ref json) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // It fails when it runs.
            return null;
        }
    }

    private string? Find(ref Utf8JsonReader json)
    {
        string? text = null;
        string? list = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var (isText, isList) = (json.ValueTextEquals(Property), json.ValueTextEquals(ListProperty));
            json.Read();
            if (isText && json.TokenType == JsonTokenType.String)
            {
                text ??= json.GetString();
            }
            else if (isList && json.TokenType == JsonTokenType.StartArray)
            {
                list ??= Join(ref json);
            }
            else
            {
                json.Skip();
            }
        }

        return text ?? list;
    }

    private static string Join(ref Utf8JsonReader json)
    {
        var items = new List<string?>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            items.Add(json.GetString());
        }

        return string.Join(' ', items);
    }
}
