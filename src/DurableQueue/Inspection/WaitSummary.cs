namespace DurableQueue;

/// <summary>What a wait saw.</summary>
public sealed record WaitSummary
{
    /// <summary>Awaited tasks, finished or not, removed ones included.</summary>
    public int Total { get; init; }

    /// <summary>Ended <see cref="TaskOutcome.Succeeded"/>.</summary>
    public int Succeeded { get; init; }

    /// <summary>Ended <see cref="TaskOutcome.Failed"/>, <see cref="TaskOutcome.TimedOut"/>, <see cref="TaskOutcome.Abandoned"/> or <see cref="TaskOutcome.Rejected"/>.</summary>
    public int Failed { get; init; }

    /// <summary>Ended <see cref="TaskOutcome.Killed"/>.</summary>
    public int Killed { get; init; }

    /// <summary>Ended <see cref="TaskOutcome.Cancelled"/>.</summary>
    public int Cancelled { get; init; }

    /// <summary>Ended <see cref="TaskOutcome.DependencyFailed"/>.</summary>
    public int DependencyFailed { get; init; }

    /// <summary>Were removed while they were awaited.</summary>
    public int Removed { get; init; }

    /// <summary>The awaited tasks as they stood at the end, by id; removed ones are missing.</summary>
    public required IReadOnlyList<TaskInfo> Tasks { get; init; }

    /// <summary>How long the wait took, by the queue's clock.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The wait gave up: at least one awaited task was unfinished when the time was over.</summary>
    public bool TimedOut { get; init; }

    /// <summary>Every awaited task succeeded.</summary>
    public bool AllSucceeded => Succeeded == Total;
}
