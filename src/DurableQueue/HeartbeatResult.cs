using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What a heartbeat found.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HeartbeatResult>))]
public enum HeartbeatResult
{
    /// <summary>The lease lasts its full duration again.</summary>
    Renewed = 0,

    /// <summary>The lease was renewed, and somebody asked for the task to stop.</summary>
    CancelRequested = 1,

    /// <summary>The lease is gone: the task finished, was reaped, or was checked out again. Nothing changed.</summary>
    Lost = 2,
}
