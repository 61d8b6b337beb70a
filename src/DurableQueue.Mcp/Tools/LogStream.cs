using System.Text.Json.Serialization;

namespace DurableQueue.Mcp.Tools;

/// <summary>The two streams of a command.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LogStream>))]
internal enum LogStream
{
    [JsonStringEnumMemberName("output")]
    Output,

    [JsonStringEnumMemberName("errors")]
    Errors,
}
