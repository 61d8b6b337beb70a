using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>
/// What a schedule does about occurrences that did not fire in time, because no process had the queue open or the machine was suspended. An
/// occurrence is missed when the next one is also due.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<MissedRunPolicy>))]
public enum MissedRunPolicy
{
    /// <summary>Only the latest due occurrence fires, once for all that were missed. This is the default.</summary>
    FireOnce = 0,

    /// <summary>Every occurrence fires, oldest first. If there are more than <see cref="NewSchedule.MissedRunLimit"/>, only the latest of them fire.</summary>
    FireAll = 1,

    /// <summary>
    /// Missed occurrences don't fire, and neither does the latest one if it has been due for longer than <see cref="NewSchedule.MissedAfter"/>.
    /// </summary>
    Skip = 2,
}
