namespace DurableQueue;

/// <summary>How long finished tasks are kept, by outcome, counted from when they finished. <see langword="null"/> keeps them for good.</summary>
public sealed record RetentionPolicy
{
    /// <summary>Only tasks of these groups; <see langword="null"/> (default) means all.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>For <see cref="TaskOutcome.Succeeded"/>.</summary>
    public TimeSpan? Succeeded { get; init; }

    /// <summary>For <see cref="TaskOutcome.Failed"/>.</summary>
    public TimeSpan? Failed { get; init; }

    /// <summary>For <see cref="TaskOutcome.TimedOut"/>.</summary>
    public TimeSpan? TimedOut { get; init; }

    /// <summary>For <see cref="TaskOutcome.Abandoned"/>.</summary>
    public TimeSpan? Abandoned { get; init; }

    /// <summary>For <see cref="TaskOutcome.DependencyFailed"/>.</summary>
    public TimeSpan? DependencyFailed { get; init; }

    /// <summary>For <see cref="TaskOutcome.Rejected"/>.</summary>
    public TimeSpan? Rejected { get; init; }

    /// <summary>For <see cref="TaskOutcome.Cancelled"/>.</summary>
    public TimeSpan? Cancelled { get; init; }

    /// <summary>For <see cref="TaskOutcome.Killed"/>.</summary>
    public TimeSpan? Killed { get; init; }

    /// <summary>
    /// For the records of approvals whose task is gone, counted from their decision. <see langword="null"/> (default, also of <see cref="KeepFor"/>)
    /// keeps them for good. While the task is there, its records stay.
    /// </summary>
    public TimeSpan? Approvals { get; init; }

    /// <summary>The same time for every outcome.</summary>
    /// <param name="age">Zero or more; zero deletes every finished task.</param>
    public static RetentionPolicy KeepFor(TimeSpan age) => new()
    {
        Succeeded = age, Failed = age, TimedOut = age, Abandoned = age, DependencyFailed = age, Rejected = age, Cancelled = age, Killed = age,
    };

    /// <summary>The times that are set, by the names of the properties.</summary>
    internal IEnumerable<(string What, TimeSpan Keep)> NamedTimes =>
        Enum.GetValues<TaskOutcome>().Select(outcome => (What: outcome.ToString(), Keep: For(outcome)))
            .Append((What: nameof(Approvals), Keep: Approvals))
            .Where(time => time.Keep is not null)
            .Select(time => (time.What, time.Keep!.Value));

    /// <summary>How long tasks with this outcome are kept.</summary>
    internal TimeSpan? For(TaskOutcome outcome) => outcome switch
    {
        TaskOutcome.Succeeded => Succeeded,
        TaskOutcome.Failed => Failed,
        TaskOutcome.TimedOut => TimedOut,
        TaskOutcome.Abandoned => Abandoned,
        TaskOutcome.DependencyFailed => DependencyFailed,
        TaskOutcome.Rejected => Rejected,
        TaskOutcome.Cancelled => Cancelled,
        TaskOutcome.Killed => Killed,
        _ => null,
    };
}
