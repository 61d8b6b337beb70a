using System.Globalization;

namespace DurableQueue;

/// <summary>Reads and writes the metadata of tasks that were enqueued by a schedule.</summary>
internal static class ScheduledTask
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static string? NameIn(IReadOnlyDictionary<string, string> metadata) => metadata.GetValueOrDefault(NewSchedule.NameMetadataKey);

    public static DateTimeOffset? OccurrenceIn(IReadOnlyDictionary<string, string> metadata) =>
        metadata.TryGetValue(NewSchedule.OccurrenceMetadataKey, out var text)
        && DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    /// <summary>Creates the task of one occurrence from the template.</summary>
    public static NewTask Of(NewSchedule schedule, DateTimeOffset occursAt)
    {
        var metadata = schedule.Task.Metadata is { } given ? new Dictionary<string, string>(given) : [];
        metadata[NewSchedule.NameMetadataKey] = schedule.Name;
        metadata[NewSchedule.OccurrenceMetadataKey] = occursAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
        return schedule.Task with { Metadata = metadata };
    }
}
