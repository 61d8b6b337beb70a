using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What happened to an occurrence when it was due.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScheduleRunResult>))]
public enum ScheduleRunResult
{
    /// <summary>A task was enqueued.</summary>
    Enqueued = 0,

    /// <summary>The occurrence was skipped because an earlier run had not finished: <see cref="OverlapPolicy.Skip"/>.</summary>
    Overlapped = 1,

    /// <summary>Another task holds the dedup key of the template. It takes the place of the run; its outcome isn't recorded here.</summary>
    Deduplicated = 2,

    /// <summary>One or more occurrences did not fire in time and were skipped by the <see cref="MissedRunPolicy"/>.</summary>
    Missed = 3,
}
