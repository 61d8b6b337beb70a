using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>How a request for an approval stands. All but <see cref="Pending"/> are final.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ApprovalStatus>))]
public enum ApprovalStatus
{
    /// <summary>Nobody has decided.</summary>
    Pending,

    /// <summary>Somebody agreed.</summary>
    Approved,

    /// <summary>Somebody refused.</summary>
    Rejected,

    /// <summary>Nobody decided in time, which counts as a refusal.</summary>
    Expired,

    /// <summary>There is nothing to decide any more: the task ended, was removed, or asks for something else.</summary>
    Withdrawn,
}
