namespace DurableQueue.Schedules;

/// <summary>The stored next occurrence of a schedule. All times are milliseconds since the Unix epoch.</summary>
/// <param name="OccurrenceMs">The occurrence, by the time zone rules at the time it was stored.</param>
/// <param name="AfterMs">The time after which it is the first occurrence; <see langword="null"/> if that was not stored.</param>
/// <param name="AfterOffsetMs">The offset of the time zone from UTC at that time, by the same rules.</param>
internal readonly record struct StoredNext(long? OccurrenceMs, long? AfterMs, long AfterOffsetMs);
