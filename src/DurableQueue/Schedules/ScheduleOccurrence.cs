namespace DurableQueue;

/// <summary>One time of a schedule.</summary>
/// <param name="OccursAt">By the expression, in the offset of the schedule's time zone.</param>
/// <param name="FiresAt">When its task is enqueued: later by the occurrence's share of <see cref="NewSchedule.Jitter"/>.</param>
public readonly record struct ScheduleOccurrence(DateTimeOffset OccursAt, DateTimeOffset FiresAt);
