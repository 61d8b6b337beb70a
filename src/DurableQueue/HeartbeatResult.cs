using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>The result of a heartbeat.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HeartbeatResult>))]
public enum HeartbeatResult
{
    /// <summary>The lease was renewed for its full duration.</summary>
    Renewed = 0,

    /// <summary>The lease was renewed, and a cancel was requested: stop the attempt.</summary>
    CancelRequested = 1,

    /// <summary>The lease is lost: the task has finished, was reaped, or was checked out again. Nothing has changed.</summary>
    Lost = 2,
}
