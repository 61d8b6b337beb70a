using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What came of an occurrence when its time had come.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScheduleRunResult>))]
public enum ScheduleRunResult
{
    /// <summary>A task was enqueued.</summary>
    Enqueued = 0,

    /// <summary>Left out, because an earlier run had not finished: <see cref="OverlapPolicy.Skip"/>.</summary>
    Overlapped = 1,

    /// <summary>The dedup key of the template was taken: the task that holds it stands for the run, and how it ends does not count here.</summary>
    Deduplicated = 2,

    /// <summary>One or more occurrences that were not fired in time and are left out by the <see cref="MissedRunPolicy"/>.</summary>
    Missed = 3,
}
