using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What a schedule does about an occurrence while an earlier run, including one started by hand, has not finished.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OverlapPolicy>))]
public enum OverlapPolicy
{
    /// <summary>Enqueues the task; the limit of its group still applies. This is the default.</summary>
    Allow = 0,

    /// <summary>Skips the occurrence, and records it as <see cref="ScheduleRunResult.Overlapped"/>.</summary>
    Skip = 1,

    /// <summary>Enqueues the task with a dependency on the earlier run, so that it waits until that has finished, with any outcome.</summary>
    Queue = 2,
}
