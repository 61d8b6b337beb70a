using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>The status of an approval request. All values except <see cref="Pending"/> are final.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ApprovalStatus>))]
public enum ApprovalStatus
{
    /// <summary>The request waits for a decision.</summary>
    Pending,

    /// <summary>The request was approved.</summary>
    Approved,

    /// <summary>The request was rejected.</summary>
    Rejected,

    /// <summary>The request was not decided in time, which counts as a rejection.</summary>
    Expired,

    /// <summary>The request no longer needs a decision: the task has ended, was removed, or asks for something else.</summary>
    Withdrawn,
}
