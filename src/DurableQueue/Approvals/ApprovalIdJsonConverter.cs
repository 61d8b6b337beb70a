using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>
/// Converts an <see cref="ApprovalId"/> to and from a JSON number or property name. <see cref="ApprovalId"/> uses it by an attribute, so it needn't be added to
/// the options. It is public for source-generated contexts.
/// </summary>
public sealed class ApprovalIdJsonConverter : JsonConverter<ApprovalId>
{
    /// <inheritdoc />
    public override ApprovalId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(IdJson.Read(ref reader, options));

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, ApprovalId value, JsonSerializerOptions options) => IdJson.Write(writer, value.Value, options);

    /// <inheritdoc />
    public override ApprovalId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(IdJson.ReadText(ref reader));

    /// <inheritdoc />
    public override void WriteAsPropertyName(Utf8JsonWriter writer, ApprovalId value, JsonSerializerOptions options) => writer.WritePropertyName(value.ToString());
}
