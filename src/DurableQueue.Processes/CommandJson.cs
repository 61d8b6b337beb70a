using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue.Processes;

/// <summary>Serializes commands and their results without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    PropertyNameCaseInsensitive = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(CommandTask))]
[JsonSerializable(typeof(CommandResult))]
[JsonSerializable(typeof(CommandWake))]
internal sealed partial class CommandJson : JsonSerializerContext
{
    /// <summary>Writes a command without its contract, which would take longer to make than <c>dq add</c> takes for all the rest.</summary>
    public byte[] Write(CommandTask command)
    {
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written))
        {
            CommandTaskSerializeHandler(json, command);
        }

        return written.WrittenSpan.ToArray();
    }
}
