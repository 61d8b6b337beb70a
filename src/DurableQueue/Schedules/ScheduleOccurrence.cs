namespace DurableQueue;

/// <summary>One occurrence of a schedule.</summary>
/// <param name="OccursAt">The time of the occurrence, with the offset of the schedule's time zone.</param>
/// <param name="FiresAt">When its task is enqueued, which may be later because of <see cref="NewSchedule.Jitter"/>.</param>
public readonly record struct ScheduleOccurrence(DateTimeOffset OccursAt, DateTimeOffset FiresAt);
