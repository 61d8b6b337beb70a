using System.Text.Json.Serialization;

namespace DurableQueue.Mcp.Tools;

/// <summary>Why a wait is over.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WaitEnd>))]
internal enum WaitEnd
{
    [JsonStringEnumMemberName("all_ended")]
    AllEnded,

    [JsonStringEnumMemberName("failure")]
    Failure,

    [JsonStringEnumMemberName("time_over")]
    TimeOver,

    [JsonStringEnumMemberName("no_worker")]
    NoWorker,
}
