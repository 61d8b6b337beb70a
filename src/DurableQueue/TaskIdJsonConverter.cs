using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>
/// Writes a <see cref="TaskId"/> as a number, and as the name of a property. <see cref="TaskId"/> names it itself: no options need it. Public, so that
/// source-generated contexts can use it.
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
