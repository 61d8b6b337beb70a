using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What a schedule does about an occurrence while an earlier run of it, also one started by hand, has not finished.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OverlapPolicy>))]
public enum OverlapPolicy
{
    /// <summary>Enqueues it all the same; the limit of its group still holds. The default.</summary>
    Allow = 0,

    /// <summary>Leaves the occurrence out; it is on record as <see cref="ScheduleRunResult.Overlapped"/>.</summary>
    Skip = 1,

    /// <summary>Enqueues it, and it waits as a dependent until the earlier run has finished in any way.</summary>
    Queue = 2,
}
