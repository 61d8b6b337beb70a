using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>
/// Converts a <see cref="TaskId"/> to and from a JSON number or property name. <see cref="TaskId"/> uses it by an attribute, so it needn't be added to the
/// options. It is public for source-generated contexts.
/// </summary>
public sealed class TaskIdJsonConverter : JsonConverter<TaskId>
{
    /// <inheritdoc />
    public override TaskId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(IdJson.Read(ref reader, options));

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, TaskId value, JsonSerializerOptions options) => IdJson.Write(writer, value.Value, options);

    /// <inheritdoc />
    public override TaskId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(IdJson.ReadText(ref reader));

    /// <inheritdoc />
    public override void WriteAsPropertyName(Utf8JsonWriter writer, TaskId value, JsonSerializerOptions options) => writer.WritePropertyName(value.ToString());
}
