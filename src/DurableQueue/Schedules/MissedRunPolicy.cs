using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>
/// What a schedule does about occurrences that nobody fired in time, because no queue was open on the file or the machine slept. An occurrence is
/// overtaken when the one after it is due too.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<MissedRunPolicy>))]
public enum MissedRunPolicy
{
    /// <summary>One run, of the latest occurrence that is due, stands for all that were overtaken. The default.</summary>
    FireOnce = 0,

    /// <summary>A run for each occurrence, oldest first; of more than <see cref="NewSchedule.MissedRunLimit"/> only the latest.</summary>
    FireAll = 1,

    /// <summary>
    /// No run for those that were overtaken, and none for the latest either if it is due for longer than <see cref="NewSchedule.MissedAfter"/>.
    /// </summary>
    Skip = 2,
}
