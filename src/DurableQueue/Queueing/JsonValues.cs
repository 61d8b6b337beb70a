using System.Collections;
using System.Text.Json;

namespace DurableQueue.Queueing;

/// <summary>Writes single values and lists as JSON. They have no contract: making one takes longer than most commands that read a queue.</summary>
internal static class JsonValues
{
    /// <param name="json">Where to write.</param>
    /// <param name="value">Text, a truth value, a whole number, nothing, or a list of these or of lists.</param>
    /// <exception cref="ArgumentException">It is, or contains, anything else.</exception>
    public static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool isTrue:
                json.WriteBooleanValue(isTrue);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case IEnumerable values:
                json.WriteStartArray();
                foreach (var inner in values)
                {
                    Write(json, inner);
                }

                json.WriteEndArray();
                break;
            default:
                throw new ArgumentException($"A {value.GetType().Name} can't be written as JSON.", nameof(value));
        }
    }
}
