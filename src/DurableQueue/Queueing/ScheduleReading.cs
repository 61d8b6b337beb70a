using DurableQueue.Schedules;
using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>What a stored schedule says, by the rules of now.</summary>
internal static class ScheduleReading
{
    public static ScheduleTimes TimesOf(ScheduleRecord record) => ScheduleTimes.Of(Read(record), record.AnchorMs);

    public static ScheduleInfo ToInfo(ScheduleRecord record)
    {
        var schedule = Read(record);
        var (next, fire) = record.Paused ? (null, null) : NextOf(record, schedule);
        return new ScheduleInfo
        {
            Schedule = schedule,
            Paused = record.Paused,
            PauseReason = record.PauseReason,
            PausedAt = Times.FromMs(record.PausedAtMs),
            ConsecutiveFailures = record.Failures,
            NextOccurrence = Times.FromMs(next),
            NextFireAt = Times.FromMs(fire),
            LastOccurrence = Times.FromMs(record.LastOccurrenceMs),
            Declared = record.Declared is not null,
            CreatedAt = Times.FromMs(record.CreatedAtMs),
            UpdatedAt = Times.FromMs(record.UpdatedAtMs),
        };
    }

    private static NewSchedule Read(ScheduleRecord record)
    {
        try
        {
            return StoredSchedule.Read(record.Name, record.Definition, record.Payload);
        }
        catch (Exception e) when (UnreadableRow.Explains(e))
        {
            throw UnreadableRow.ToQueueError($"The stored schedule '{record.Name}'", e);
        }
    }

    /// <summary>As <see cref="ITaskSchedules.GetNextAsync"/> says it and as it is fired.</summary>
    private static (long? Occurrence, long? Fire) NextOf(ScheduleRecord record, NewSchedule schedule)
    {
        try
        {
            var times = ScheduleTimes.Of(schedule, record.AnchorMs);
            return times.NextOf(record.Next) is not { } next ? (null, null)
                : next == record.NextOccurrenceMs ? (next, record.NextFireMs)
                : (next, times.FireAt(next));
        }
        catch (ArgumentException)
        {
            // This machine does not know the time zone.
            return (record.NextOccurrenceMs, record.NextFireMs);
        }
    }
}
