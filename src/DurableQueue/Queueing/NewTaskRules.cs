using System.Diagnostics;
using DurableQueue.Budgets;
using DurableQueue.Dependencies;
using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>Validates new tasks, as far as that is possible without the store.</summary>
internal sealed class NewTaskRules(int maxPayloadBytes, TimeProvider time)
{
    private static readonly ApprovalTerms AnyApproval = new();

    public IReadOnlyList<CheckedTask> CheckAll(IReadOnlyList<NewTask> tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        if (tasks.Count > Limits.BatchSize)
        {
            throw new ArgumentException($"tasks has {tasks.Count} tasks, but at most {Limits.BatchSize} are allowed in one list.", nameof(tasks));
        }

        var result = new CheckedTask[tasks.Count];
        for (var i = 0; i < result.Length; i++)
        {
            try
            {
                result[i] = Check(tasks[i], i, tasks.Count);
            }
            catch (ArgumentException e) when (tasks.Count > 1)
            {
                throw new ArgumentException($"tasks[{i}]: {e.Message}", nameof(tasks), e);
            }
        }

        RefuseCycles(result);
        return result;
    }

    public CheckedTask CheckOne(NewTask task) => Check(task, 0, 1);

    /// <summary>Validates a task that a schedule enqueues: the current activity is unrelated to it.</summary>
    public CheckedTask CheckUntraced(NewTask task) => Check(task, 0, 1, traced: false);

    private CheckedTask Check(NewTask task, int index, int count, bool traced = true)
    {
        ArgumentNullException.ThrowIfNull(task);
        Queueing.Check.Size(task.Payload.Length, maxPayloadBytes, nameof(task.Payload));
        if (task.DedupKey is not null)
        {
            Queueing.Check.Text(task.DedupKey, nameof(task.DedupKey), Limits.DedupKeyLength, 1);
        }

        CheckRunNow(task);
        var trace = traced && Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity : null;
        return new CheckedTask
        {
            Type = Queueing.Check.Name(task.Type, nameof(task.Type)),
            Group = Queueing.Check.Name(task.Group, nameof(task.Group)),
            GroupParallelism = task.GroupParallelism is { } parallelism
                ? Queueing.Check.Between(parallelism, 1, int.MaxValue, nameof(task.GroupParallelism))
                : null,
            Payload = task.Payload,
            Label = string.IsNullOrEmpty(task.Label) ? null : Queueing.Check.Text(task.Label, nameof(task.Label), Limits.LabelLength),
            Priority = task.Priority,
            After = CheckDependencies(task.After, index, count),
            NotBeforeMs = NotBefore(task),
            DelayMs = Delay(task),
            MaxAttempts = Queueing.Check.Between(task.MaxAttempts, 1, Limits.MaxMaxAttempts, nameof(task.MaxAttempts)),
            RetryJson = StoredJson.Write(CheckRetry(task.Retry)),
            TimeoutMs = task.Timeout is { } timeout
                ? Times.ToMs(Queueing.Check.Between(timeout, Limits.MinTimeout, Limits.MaxTimeout, nameof(task.Timeout)))
                : null,
            LeaseMs = task.LeaseDuration is { } lease ? LeaseMs(lease, nameof(task.LeaseDuration)) : null,
            DedupKey = task.DedupKey,
            DedupScope = Queueing.Check.Defined(task.DedupScope, nameof(task.DedupScope)),
            Stashed = task.Stashed,
            RunNow = task.RunNow,
            Approval = task.Approval is { } terms ? ApprovalChecks.Terms(terms) : task.RequiresApproval ? AnyApproval : null,
            EstimateUnit = task.EstimatedCost is { } cost ? BudgetRules.CheckUnit(cost.Unit, "EstimatedCost.Unit") : null,
            Estimate = Amounts.ToStored(task.EstimatedCost?.Amount ?? 0, "EstimatedCost.Amount"),
            MetadataJson = StoredJson.Write(CheckMetadata(task.Metadata)),
            TraceParent = trace?.Id,
            TraceState = trace?.TraceStateString is { Length: > 0 and <= Limits.TraceStateLength } state ? state : null,
        };
    }

    public static long LeaseMs(TimeSpan lease, string argument) =>
        Times.ToMs(Queueing.Check.Between(lease, Limits.MinLease, Limits.MaxLease, argument));

    /// <summary>Merges equal dependencies and refuses invalid ones.</summary>
    /// <param name="after">The dependencies that the caller passed.</param>
    /// <param name="index">The index of the dependent in its list.</param>
    /// <param name="count">The length of that list; 0 if there is none.</param>
    public static IReadOnlyList<AwaitedTask> CheckDependencies(IReadOnlyList<TaskDependency> after, int index, int count)
    {
        ArgumentNullException.ThrowIfNull(after);
        if (after.Count == 0)
        {
            return [];
        }

        if (after.Count > Limits.Dependencies)
        {
            throw new ArgumentException($"After has {after.Count} dependencies, but at most {Limits.Dependencies} are allowed.", nameof(NewTask.After));
        }

        var merged = new Dictionary<(long On, int? Item), DependencyCondition>(after.Count);
        foreach (var dependency in after)
        {
            var when = Queueing.Check.Defined(dependency.When, nameof(TaskDependency.When));
            int? item = dependency.ItemNumber > 0 ? dependency.ItemNumber - 1 : null;
            if (item is { } position)
            {
                CheckItem(position, index, count);
            }
            else if (dependency.On.Value <= 0)
            {
                throw new ArgumentException($"After contains task {dependency.On}, which does not exist.", nameof(NewTask.After));
            }

            var key = (item is null ? dependency.On.Value : 0, item);
            if (merged.TryGetValue(key, out var other))
            {
                when = Edges.Merge(other, when) ?? throw new ArgumentException(
                    $"After requires {Name(dependency)} both to succeed and to fail.", nameof(NewTask.After));
            }

            merged[key] = when;
        }

        return [.. merged.Select(pair => new AwaitedTask(pair.Key.On, pair.Key.Item, pair.Value))];
    }

    private static void CheckItem(int position, int index, int count)
    {
        if (position >= count)
        {
            throw new ArgumentException($"After contains item {position}, but the list has only {count} items.", nameof(NewTask.After));
        }

        if (position == index)
        {
            throw new ArgumentException("After must not contain the task itself.", nameof(NewTask.After));
        }
    }

    private static string Name(TaskDependency dependency) =>
        dependency.ItemNumber > 0 ? $"item {dependency.ItemNumber - 1}" : $"task {dependency.On}";

    private static void RefuseCycles(CheckedTask[] tasks)
    {
        if (!tasks.Any(task => task.After.Any(awaited => awaited.Item is not null)))
        {
            return;
        }

        var awaited = Array.ConvertAll(tasks, IReadOnlyList<int> (task) => [.. task.After.Where(a => a.Item is not null).Select(a => a.Item!.Value)]);
        if (ListCycles.Find(awaited) is { } cycle)
        {
            throw new ArgumentException($"The dependencies form a cycle of the items {string.Join(" -> ", cycle)} -> {cycle[0]}.", nameof(tasks));
        }
    }

    private static void CheckRunNow(NewTask task)
    {
        if (task.RunNow && (task.After is { Count: > 0 } || task.NotBefore is not null || task.Delay is not null || task.Stashed || task.RequiresApproval || task.Approval is not null))
        {
            throw new ArgumentException("RunNow can't be combined with After, NotBefore, Delay, Stashed or RequiresApproval.", nameof(task.RunNow));
        }
    }

    private static long? NotBefore(NewTask task)
    {
        if (task is { NotBefore: not null, Delay: not null })
        {
            throw new ArgumentException("Delay and NotBefore can't both be set.", nameof(task.Delay));
        }

        return task.NotBefore is { } time ? NotBeforeMs(time, nameof(task.NotBefore)) : null;
    }

    public static long NotBeforeMs(DateTimeOffset time, string argument) =>
        time <= Limits.MaxTime ? Times.ToMs(time) : throw new ArgumentOutOfRangeException(argument, time, $"{argument} must be before the end of the year 9999.");

    private long Delay(NewTask task) => task.Delay is { } delay ? CheckDelay(delay, nameof(task.Delay)) : 0;

    /// <summary>Validates a delay: it must not be negative, and must end before the end of the year 9999.</summary>
    /// <returns>Milliseconds, rounded up.</returns>
    public long CheckDelay(TimeSpan delay, string argument)
    {
        if (delay < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(argument, delay, $"{argument} must not be negative.");
        }

        return delay <= Limits.MaxTime - time.GetUtcNow()
            ? Times.ToMs(delay)
            : throw new ArgumentOutOfRangeException(argument, delay, $"{argument} must end before the end of the year 9999.");
    }

    private static RetryPolicy? CheckRetry(RetryPolicy? retry)
    {
        if (retry is null)
        {
            return null;
        }

        Queueing.Check.Between(retry.InitialDelay, TimeSpan.Zero, Limits.MaxTimeout, "Retry.InitialDelay");
        Queueing.Check.Between(retry.MaxDelay, TimeSpan.Zero, Limits.MaxTimeout, "Retry.MaxDelay");
        if (retry.Factor is not (>= 1 and <= 100))
        {
            throw new ArgumentOutOfRangeException("Retry.Factor", retry.Factor, "Retry.Factor must be between 1 and 100.");
        }

        if (retry.Jitter is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException("Retry.Jitter", retry.Jitter, "Retry.Jitter must be between 0 and 1.");
        }

        return retry;
    }

    public static IReadOnlyDictionary<string, string>? CheckMetadata(IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null)
        {
            return null;
        }

        if (metadata.Count > Limits.MetadataEntries)
        {
            throw new ArgumentException($"Metadata has {metadata.Count} entries, but at most {Limits.MetadataEntries} are allowed.", nameof(NewTask.Metadata));
        }

        foreach (var (key, value) in metadata)
        {
            Queueing.Check.Text(key, "Metadata key", Limits.MetadataKeyLength, 1);
            Queueing.Check.Note(value ?? throw new ArgumentException($"Metadata['{key}'] is null.", nameof(NewTask.Metadata)), $"Metadata['{key}']", Limits.MetadataValueLength);
        }

        return metadata;
    }
}
