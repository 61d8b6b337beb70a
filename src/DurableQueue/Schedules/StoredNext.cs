namespace DurableQueue.Schedules;

/// <summary>The next occurrence as a store has it. All times are milliseconds since the Unix epoch.</summary>
/// <param name="OccurrenceMs">By the rules of the time zone when it was stored.</param>
/// <param name="AfterMs">It is the first after this moment; <see langword="null"/> if that was not stored.</param>
/// <param name="AfterOffsetMs">By how much the clocks of the zone were ahead of UTC at that moment, by the same rules.</param>
internal readonly record struct StoredNext(long? OccurrenceMs, long? AfterMs, long AfterOffsetMs);
