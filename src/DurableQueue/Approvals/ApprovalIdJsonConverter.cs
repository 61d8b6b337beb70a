using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>
/// Writes a <see cref="ApprovalId"/> as a number, and as the name of a property. <see cref="ApprovalId"/> names it itself: no options need it. Public, so that
/// source-generated contexts can use it.
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
