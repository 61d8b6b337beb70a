namespace DurableQueue.ModelTests;

/// <summary>A task that an enqueued one waits for: a stored one, or an item of its list.</summary>
internal readonly record struct Awaited(long On, int? Item, DependencyCondition When);

/// <summary>One item of an enqueue list, readable by the model and by the queue.</summary>
/// <param name="Task">The settings, without what it waits for.</param>
/// <param name="After">What it waits for.</param>
internal sealed record EnqueueItem(NewTask Task, IReadOnlyList<Awaited> After)
{
    public NewTask ForQueue() => Task with
    {
        After = [.. After.Select(awaited => awaited.Item is { } item
            ? TaskDependency.OnItem(item, awaited.When)
            : new TaskDependency(new TaskId(awaited.On), awaited.When))],
    };

    /// <summary>The task as it is right after the enqueue.</summary>
    public ModelTask Create(long id, DateTimeOffset now) => new()
    {
        Payload = Task.Payload.ToArray(),
        Position = id,
        Stashed = Task.Stashed,
        Urgent = Task.RunNow,
        Approval = Task.RequiresApproval ? Approval.Pending : null,
        Info = new TaskInfo
        {
            Id = new TaskId(id),
            Type = Task.Type,
            Group = Task.Group,
            Label = Task.Label,
            Priority = Task.Priority,
            MaxAttempts = Task.MaxAttempts,
            Retry = Task.Retry,
            Timeout = Task.Timeout,
            LeaseDuration = Task.LeaseDuration,
            EstimatedCost = Task.EstimatedCost,
            Approval = Task.RequiresApproval ? new ApprovalTerms() : null,
            EnqueuedAt = now,
            NotBefore = Task.Delay > TimeSpan.Zero ? now + Task.Delay : Task.NotBefore,
            DedupKey = Task.DedupKey,
            DedupScope = Task.DedupScope,
            Metadata = Task.Metadata ?? new Dictionary<string, string>(),
        },
    };

    /// <summary>The wait before the next attempt of a policy without spread.</summary>
    public static TimeSpan Backoff(RetryPolicy policy, int failures)
    {
        var wait = policy.InitialDelay * Math.Pow(policy.Factor, failures - 1);
        return wait < policy.MaxDelay ? wait : policy.MaxDelay;
    }
}
