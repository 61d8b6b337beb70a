using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace DurableQueue.Cli.Tasks;

/// <summary>A payload, a result or a checkpoint as it is shown: JSON indented, text as it is, other bytes as their size and beginning.</summary>
internal sealed class ShownBytes
{
    private const int MostHexBytes = 64;

    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ReadOnlyMemory<byte> bytes;
    private readonly JsonElement? json;

    public ShownBytes(ReadOnlyMemory<byte> bytes)
    {
        this.bytes = bytes;
        json = TryParse(bytes);
        Format = bytes.IsEmpty ? "empty" : json is not null ? "json" : IsText(bytes.Span) ? "text" : "binary";
    }

    /// <summary><c>empty</c>, <c>json</c>, <c>text</c> or <c>binary</c>.</summary>
    public string Format { get; }

    public int Length => bytes.Length;

    /// <summary>For people.</summary>
    public string ToText() => Format switch
    {
        "json" => Indent(json!.Value),
        "text" => Encoding.UTF8.GetString(bytes.Span),
        "binary" => Head(),
        _ => "",
    };

    /// <summary>For programs: the size, the format, and everything as JSON, as a string, or in base64.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("bytes", bytes.Length);
        writer.WriteString("format", Format);
        writer.WritePropertyName("value");
        switch (Format)
        {
            case "json":
                json!.Value.WriteTo(writer);
                break;
            case "text":
                writer.WriteStringValue(bytes.Span);
                break;
            case "binary":
                writer.WriteBase64StringValue(bytes.Span);
                break;
            default:
                writer.WriteNullValue();
                break;
        }

        writer.WriteEndObject();
    }

    private static string Indent(JsonElement value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            value.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static JsonElement? TryParse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsText(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) && !bytes.Contains((byte)0);

    private string Head()
    {
        var head = bytes.Span[..Math.Min(bytes.Length, MostHexBytes)];
        return string.Join(' ', Convert.ToHexStringLower(head).Chunk(2).Select(pair => new string(pair))) + (head.Length < bytes.Length ? " …" : "");
    }
}
