using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>Reads and writes ids as text and as JSON: the bare number, also as the name of a property.</summary>
internal static class IdJson
{
    private const string ObjectProperty = "value";
    private const NumberStyles Style = NumberStyles.AllowLeadingSign;

    public static bool TryParse(ReadOnlySpan<char> text, out long id) => long.TryParse(text, Style, CultureInfo.InvariantCulture, out id);

    /// <exception cref="FormatException">The text is not a number.</exception>
    public static long Parse(ReadOnlySpan<char> text, string what) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not {what}.");

    /// <exception cref="JsonException">The value is not an id.</exception>
    public static long Read(ref Utf8JsonReader reader, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt64(out var id) => id,
        JsonTokenType.String when options.NumberHandling.HasFlag(JsonNumberHandling.AllowReadingFromString) => ReadText(ref reader),
        JsonTokenType.StartObject => ReadObject(ref reader, options),
        _ => throw new JsonException(),
    };

    /// <exception cref="JsonException">The value is not an id.</exception>
    public static long ReadText(ref Utf8JsonReader reader) => TryParse(reader.GetString(), out var id) ? id : throw new JsonException();

    public static void Write(Utf8JsonWriter writer, long id, JsonSerializerOptions options)
    {
        if (options.NumberHandling.HasFlag(JsonNumberHandling.WriteAsString))
        {
            writer.WriteStringValue(Text(id));
        }
        else
        {
            writer.WriteNumberValue(id);
        }
    }

    public static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads the format of the first version, <c>{"value":1}</c>, which stored payloads may still contain.</summary>
    private static long ReadObject(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        long? id = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = ObjectProperty.Equals(reader.GetString(), StringComparison.OrdinalIgnoreCase);
            reader.Read();
            if (isId && reader.TokenType != JsonTokenType.StartObject)
            {
                id = Read(ref reader, options);
            }
            else
            {
                reader.Skip();
            }
        }

        return id ?? throw new JsonException();
    }
}
