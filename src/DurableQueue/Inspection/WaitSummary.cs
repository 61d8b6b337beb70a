namespace DurableQueue;

/// <summary>The result of a wait.</summary>
public sealed record WaitSummary
{
    /// <summary>The number of tasks that were waited for, finished or not, including removed ones.</summary>
    public int Total { get; init; }

    /// <summary>The number of tasks that ended with <see cref="TaskOutcome.Succeeded"/>.</summary>
    public int Succeeded { get; init; }

    /// <summary>
    /// The number of tasks that ended with <see cref="TaskOutcome.Failed"/>, <see cref="TaskOutcome.TimedOut"/>, <see cref="TaskOutcome.Abandoned"/> or
    /// <see cref="TaskOutcome.Rejected"/>.
    /// </summary>
    public int Failed { get; init; }

    /// <summary>The number of tasks that ended with <see cref="TaskOutcome.Killed"/>.</summary>
    public int Killed { get; init; }

    /// <summary>The number of tasks that ended with <see cref="TaskOutcome.Cancelled"/>.</summary>
    public int Cancelled { get; init; }

    /// <summary>The number of tasks that ended with <see cref="TaskOutcome.DependencyFailed"/>.</summary>
    public int DependencyFailed { get; init; }

    /// <summary>The number of tasks that were removed during the wait.</summary>
    public int Removed { get; init; }

    /// <summary>The tasks at the end of the wait, ordered by id, without removed ones.</summary>
    public required IReadOnlyList<TaskInfo> Tasks { get; init; }

    /// <summary>The duration of the wait, by the queue's clock.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Whether the timeout expired while at least one task was unfinished.</summary>
    public bool TimedOut { get; init; }

    /// <summary>Whether all tasks succeeded.</summary>
    public bool AllSucceeded => Succeeded == Total;

    /// <summary>Counts how tasks have ended.</summary>
    /// <param name="tasks">The tasks at the end of the wait, ordered by id.</param>
    /// <param name="removed">How many of those that were waited for are gone.</param>
    /// <param name="elapsed">The duration of the wait.</param>
    /// <param name="timedOut">The wait was ended by its timeout.</param>
    internal static WaitSummary Of(IReadOnlyList<TaskInfo> tasks, int removed, TimeSpan elapsed, bool timedOut) => new()
    {
        Total = tasks.Count + removed,
        Succeeded = tasks.Count(task => task.Outcome == TaskOutcome.Succeeded),
        Failed = tasks.Count(task => task.Outcome is TaskOutcome.Failed or TaskOutcome.TimedOut or TaskOutcome.Abandoned or TaskOutcome.Rejected),
        Killed = tasks.Count(task => task.Outcome == TaskOutcome.Killed),
        Cancelled = tasks.Count(task => task.Outcome == TaskOutcome.Cancelled),
        DependencyFailed = tasks.Count(task => task.Outcome == TaskOutcome.DependencyFailed),
        Removed = removed,
        Tasks = tasks,
        Elapsed = elapsed,
        TimedOut = timedOut && tasks.Any(task => !task.IsFinished),
    };
}
