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
internal sealed partial class CommandJson : JsonSerializerContext;
