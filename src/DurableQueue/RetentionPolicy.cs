namespace DurableQueue;

/// <summary>How long finished tasks are kept, by outcome, from the time they finished. <see langword="null"/>, the default, keeps them forever.</summary>
public sealed record RetentionPolicy
{
    /// <summary>The groups that the policy applies to; <see langword="null"/>, the default, means all.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>How long tasks that ended with <see cref="TaskOutcome.Succeeded"/> are kept.</summary>
    public TimeSpan? Succeeded { get; init; }

    /// <summary>How long tasks that ended with <see cref="TaskOutcome.Failed"/> are kept.</summary>
    public TimeSpan? Failed { get; init; }

    /// <summary>How long tasks that ended with <see cref="TaskOutcome.TimedOut"/> are kept.</summary>
    public TimeSpan? TimedOut { get; init; }

    /// <summary>How long tasks that ended with <see cref="TaskOutcome.Abandoned"/> are kept.</summary>
    public TimeSpan? Abandoned { get; init; }

    /// <summary>How long tasks that ended with <see cref="TaskOutcome.DependencyFailed"/> are kept.</summary>
    public TimeSpan? DependencyFailed { get; init; }

    /// <summary>How long tasks that ended with <see cref="TaskOutcome.Rejected"/> are kept.</summary>
    public TimeSpan? Rejected { get; init; }

    /// <summary>How long tasks that ended with <see cref="TaskOutcome.Cancelled"/> are kept.</summary>
    public TimeSpan? Cancelled { get; init; }

    /// <summary>How long tasks that ended with <see cref="TaskOutcome.Killed"/> are kept.</summary>
    public TimeSpan? Killed { get; init; }

    /// <summary>
    /// How long the approval requests of deleted tasks are kept, from their decision. <see langword="null"/>, the default, keeps them forever;
    /// <see cref="KeepFor"/> doesn't set it. The requests of a task are never deleted before the task.
    /// </summary>
    public TimeSpan? Approvals { get; init; }

    /// <summary>Creates a policy that keeps all finished tasks for the same time, whatever their outcome.</summary>
    /// <param name="age">How long they are kept. Zero deletes all finished tasks.</param>
    public static RetentionPolicy KeepFor(TimeSpan age) => new()
    {
        Succeeded = age, Failed = age, TimedOut = age, Abandoned = age, DependencyFailed = age, Rejected = age, Cancelled = age, Killed = age,
    };

    /// <summary>The times that are set, with the names of their properties.</summary>
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
