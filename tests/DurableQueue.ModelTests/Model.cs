using System.Collections.Immutable;
using static DurableQueue.DependencyState;

namespace DurableQueue.ModelTests;

/// <summary>
/// What the queue promises, in memory and without any cleverness: every operation is a few changes of immutable tasks and groups, and whatever
/// can be worked out from them (holds, counts, the best task, how dependencies stand) is worked out anew each time.
/// </summary>
internal sealed partial class Model
{
    private ImmutableSortedDictionary<long, ModelTask> tasks = ImmutableSortedDictionary<long, ModelTask>.Empty;
    private ImmutableSortedDictionary<string, ModelGroup> groups =
        ImmutableSortedDictionary.Create<string, ModelGroup>(StringComparer.Ordinal).Add(NewTask.DefaultGroup, new ModelGroup());

    /// <summary>With the settings that they come back with.</summary>
    private ImmutableDictionary<string, ModelGroup> removedGroups = ImmutableDictionary<string, ModelGroup>.Empty;

    private ImmutableDictionary<string, long> keys = ImmutableDictionary<string, long>.Empty;

    public IEnumerable<KeyValuePair<string, ModelGroup>> RemovedGroups => removedGroups;

    /// <summary>Which task holds which key.</summary>
    public IEnumerable<KeyValuePair<string, long>> Keys => keys;

    public DateTimeOffset Now { get; set; }

    public long LastId { get; private set; }

    public long FinishSequence { get; private set; }

    public IEnumerable<ModelTask> Tasks => tasks.Values;

    public IEnumerable<KeyValuePair<string, ModelGroup>> Groups => groups;

    public Model Clone() => (Model)MemberwiseClone();

    public ModelTask? Find(long id) => tasks.GetValueOrDefault(id);

    /// <summary>Does one operation, all of it or nothing, and then what it means for the dependents.</summary>
    public T Run<T>(Func<Model, T> operation)
    {
        var before = Clone();
        try
        {
            var answer = operation(this);
            Settle();
            foreach (var task in Tasks.Where(task => task.Info.FinishSequence > before.FinishSequence))
            {
                Put(task with { FinishNumbers = (before.FinishSequence + 1, FinishSequence) });
            }

            return answer;
        }
        catch (Exception e) when (e is ArgumentException or DurableQueueException)
        {
            (tasks, groups, removedGroups, keys, LastId, FinishSequence) = (before.tasks, before.groups, before.removedGroups, before.keys, before.LastId, before.FinishSequence);
            throw;
        }
    }

    /// <summary>Takes over what the queue is free to choose: the order of the finishes of one operation, and which broken dependency an error names.</summary>
    public void AdoptFinish(long id, long sequence, string? error)
    {
        if (Find(id) is { } task && task.FinishNumbers.First <= sequence && sequence <= task.FinishNumbers.Last)
        {
            var named = task.Info.Outcome == TaskOutcome.DependencyFailed && task.Edges.Values.Any(edge => edge.State == Broken && error == ModelEdges.Error(edge));
            Put(task with { Info = task.Info with { FinishSequence = sequence, LastError = named ? error : task.Info.LastError } });
        }
    }

    /// <param name="items">The list.</param>
    /// <param name="given">The ids that the queue gave: which numbers new tasks get is its business, as long as they rise.</param>
    public IReadOnlyList<EnqueueResult> Enqueue(IReadOnlyList<EnqueueItem> items, IReadOnlyList<long> given)
    {
        Require(!items.Any(item => item.Task.RunNow && item.After.Count > 0));
        ModelEdges.RefuseCycle(Enumerable.Range(0, items.Count).ToDictionary(index => -1L - index, index => ModelEdges.Merge(
            -1 - index, items[index].After, after => after.Item is { } item ? -1 - item : after.On, (after, _) => after.Item is null || after.Item < items.Count)));
        var results = new List<EnqueueResult>();
        var fresh = new Dictionary<long, EnqueueItem>();
        foreach (var (index, item) in items.Index())
        {
            var taken = item.Task.DedupKey is { } key && keys.TryGetValue(key, out var holder) ? holder : (long?)null;
            LastId = taken is not null ? LastId : index < given.Count && given[index] > LastId ? given[index] : LastId + 1;
            results.Add(new EnqueueResult(new TaskId(taken ?? LastId), Created: taken is null));
            if (taken is null)
            {
                fresh.Add(LastId, item);
                keys = item.Task.DedupKey is null ? keys : keys.Add(item.Task.DedupKey, LastId);
            }
        }

        var edges = fresh.ToDictionary(pair => pair.Key, pair => ModelEdges.Merge(
            pair.Key,
            pair.Value.After,
            after => after.Item is { } item ? results[item].Id.Value : after.On,
            (after, on) => tasks.ContainsKey(on) || (after.Item is not null && fresh.ContainsKey(on))));
        ModelEdges.RefuseCycle(edges);
        foreach (var (id, item) in fresh)
        {
            BringGroup(item.Task.Group);
            Put(item.Create(id, Now) with { Edges = edges[id] });
        }

        return results;
    }

    public IReadOnlyList<LeasedTask> Checkout(CheckoutRequest request, int most)
    {
        Reap();
        Settle();
        var taken = new List<LeasedTask>();
        while (taken.Count < most && Best(request) is { } best)
        {
            var task = best.CheckOut(request, Now);
            Put(task);
            FreeKey(task, DedupScope.UntilStarted);
            taken.Add(task.Give());
        }

        return taken;
    }

    public HeartbeatResult Heartbeat(Lease lease) =>
        !OnLease(lease, task => Put(task with { Info = task.Info with { LeaseExpiresAt = Now + task.LeaseDuration } })) ? HeartbeatResult.Lost
            : Get(lease.TaskId.Value).Info.CancelRequested ? HeartbeatResult.CancelRequested
            : HeartbeatResult.Renewed;

    public bool Complete(Lease lease, byte[] result) => OnLease(lease, task =>
    {
        var info = task.Info.CancelRequested ? task.Info with { LastError = null } : task.Info;
        Finish(task with { Result = result, Checkpoint = null, Info = info }, TaskState.Done, TaskOutcome.Succeeded, null);
    });

    public bool Fail(Lease lease, TaskFailure failure) => OnLease(lease, task => EndAttempt(
        task, failure.Outcome, failure.Error, !failure.Permanent && task.Info.Attempt < task.Info.MaxAttempts,
        failure.RetryAfter ?? EnqueueItem.Backoff(task.Info.Retry!, task.Info.Attempt)));

    public bool Release(Lease lease, TimeSpan delay) => OnLease(lease, task => EndAttempt(task, failure: null, error: null, again: true, delay));

    public bool Suspend(Lease lease)
    {
        var stopped = Leased(lease) is { Info.CancelRequested: true };
        return !stopped
            ? OnLease(lease, task => Put(task with { Info = task.Info with { Waiting = true } }))
            : !OnLease(lease, task => Finish(task, TaskState.Cancelled, TaskOutcome.Killed, null));
    }

    public bool Resume(Lease lease) => OnLease(lease, task => Put(task with { Info = task.Info with { Waiting = false } }));

    public bool Report(Lease lease, double fraction, string message) =>
        OnLease(lease, task => Put(task with { Info = task.Info with { Progress = fraction, ProgressMessage = message } }));

    public bool SaveCheckpoint(Lease lease, byte[] data) => OnLease(lease, task => Put(task with { Checkpoint = data }));

    public int Reap()
    {
        var expired = Tasks.Where(task => task.Info.LeaseExpiresAt <= Now).OrderBy(task => task.Info.LeaseExpiresAt).ToList();
        expired.ForEach(task => EndAttempt(
            task, TaskOutcome.Abandoned, $"The lease of worker '{task.Info.Worker}' expired.", task.Info.Attempt < task.Info.MaxAttempts, TimeSpan.Zero));
        return expired.Count;
    }

    public CancelResult Cancel(long id, string? reason, bool tree)
    {
        var answer = CancelOne(Get(id), reason, tree);
        var (seen, open) = (new HashSet<long>(), new Stack<long>([id]));
        while (tree && open.TryPop(out var parent))
        {
            foreach (var child in Tasks.Where(task => task.Edges.ContainsKey(parent) && !task.Info.IsFinished && seen.Add(task.Id)).ToList())
            {
                CancelOne(child, reason, tree);
                open.Push(child.Id);
            }
        }

        return answer;
    }

    public void Retry(long id, bool withDependents)
    {
        Refuse(Get(id), !Get(id).Info.IsFinished || !CanReturn(Get(id)));
        Revive(Get(id));
        var open = new Queue<long>([id]);
        while (withDependents && open.TryDequeue(out var parent))
        {
            foreach (var child in Tasks.Where(task => task.Info.Outcome == TaskOutcome.DependencyFailed && task.Edges.GetValueOrDefault(parent).State == Broken).ToList())
            {
                if (CanReturn(child))
                {
                    Revive(child);
                    open.Enqueue(child.Id);
                }
            }
        }
    }

    public void Stash(long id, bool stash) => Put(Queued(id) with { Stashed = stash });

    public void RunNow(long id)
    {
        Refuse(Queued(id), (Queued(id).Holds(Now) & (TaskHolds.Dependencies | TaskHolds.Approval)) != TaskHolds.None);
        Put(Queued(id) with { Urgent = true, Stashed = false, Info = Queued(id).Info with { NotBefore = null } });
    }

    public void Decide(long id, Approval decision, string by, string note)
    {
        Refuse(Queued(id), Queued(id).Approval != Approval.Pending);
        Put(Queued(id) with { Approval = decision });
        if (decision == Approval.Rejected)
        {
            Finish(Get(id), TaskState.Failed, TaskOutcome.Rejected, $"Rejected by {by}: {note}");
        }
    }

    public void Edit(long id, TaskEdit edit)
    {
        var after = edit.After?.Select(awaited => new Awaited(awaited.On.Value, null, awaited.When)).ToList();
        ModelEdges.Merge(0, after ?? [], awaited => awaited.On, (_, _) => true);
        var task = Queued(id);
        Require(edit.MaxAttempts is null || edit.MaxAttempts > task.Info.Attempt);
        var edges = after is null ? task.Edges : ModelEdges.Merge(id, after, awaited => awaited.On, (_, on) => tasks.ContainsKey(on));
        ModelEdges.RefuseCycle(tasks.ToDictionary(pair => pair.Key, pair => pair.Key == id ? edges : pair.Value.Edges));
        BringGroup(edit.Group ?? task.Info.Group);
        Put((task with { Edges = edges }).Edit(edit, Now));
    }

    public void Swap(long first, long second)
    {
        Require(first != second);
        _ = (Get(first), Get(second));
        var (one, other) = (Queued(first), Queued(second));
        Require(one.Info.Group == other.Info.Group);
        Put(one with { Position = other.Position, Info = one.Info with { Priority = other.Info.Priority } });
        Put(other with { Position = one.Position, Info = other.Info with { Priority = one.Info.Priority } });
    }

    public void Remove(IReadOnlyList<long> ids)
    {
        foreach (var id in ids)
        {
            Refuse(Get(id), Get(id).State == TaskState.CheckedOut || Needy(id).Any(child => !ids.Contains(child.Id)));
        }

        tasks = tasks.RemoveRange(ids);
        keys = keys.RemoveRange(keys.Where(pair => ids.Contains(pair.Value)).Select(pair => pair.Key));
    }

    public int Prune(IReadOnlyList<TaskOutcome> outcomes, TimeSpan age)
    {
        var old = Tasks.Where(task => outcomes.Contains(task.Info.Outcome) && task.Info.FinishedAt + age <= Now && !Needy(task.Id).Any()).ToList();
        tasks = tasks.RemoveRange(old.Select(task => task.Id));
        return old.Count;
    }

    public void EnsureGroup(string name, int? parallelism)
    {
        var group = groups.GetValueOrDefault(name, new ModelGroup());
        groups = groups.SetItem(name, group with { Parallelism = parallelism ?? group.Parallelism, Configured = true });
    }

    public void ChangeGroup(string name, Func<ModelGroup, ModelGroup> change) =>
        groups = groups.SetItem(name, change(groups.GetValueOrDefault(name) ?? throw new GroupNotFoundException(name)) with { Configured = true });

    public void RemoveGroup(string name)
    {
        Require(name != NewTask.DefaultGroup);
        var group = groups.GetValueOrDefault(name) ?? throw new GroupNotFoundException(name);
        var isEmpty = !Tasks.Any(task => task.Info.Group == name && !task.Info.IsFinished);
        removedGroups = isEmpty ? removedGroups.SetItem(name, group) : throw new GroupStateException(name, "It has unfinished tasks.");
        groups = groups.Remove(name);
    }

    public int Running(string group) => Tasks.Count(task => task.State == TaskState.CheckedOut && !task.Info.Waiting && task.Info.Group == group);
}
