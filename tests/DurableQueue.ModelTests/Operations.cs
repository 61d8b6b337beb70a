using System.Globalization;

namespace DurableQueue.ModelTests;

internal sealed record EnqueueOperation(IReadOnlyList<EnqueueItem> Items, IReadOnlyList<IReadOnlyList<AwaitedPick>> After) : Operation
{
    public override Step Bind(Model model)
    {
        EnqueueItem[] items = [.. Items.Select((item, index) => item with { After = [.. After[index].Select(pick => pick.In(model))] })];
        return new Step(
            $"enqueue {string.Join(" and ", items.Select(Describe))}",
            async queue =>
            {
                NewTask[] tasks = [.. items.Select(item => item.ForQueue())];
                return tasks.Length == 1
                    ? Answer.Of([await queue.Tasks.EnqueueOrGetAsync(tasks[0])])
                    : WithCreated(await queue.Tasks.EnqueueAsync(tasks));
            },
            (m, queue) => items.Length == 1 ? Answer.Of(m.Enqueue(items, queue.Ids)) : WithCreated([.. m.Enqueue(items, queue.Ids).Select(result => result.Id)]),
            [.. items.SelectMany(item => item.After).Select(awaited => awaited.On)]);
    }

    public override IEnumerable<Operation> Simpler()
    {
        if (Items.Count > 1)
        {
            yield return new EnqueueOperation([Items[0]], [[.. After[0].Where(pick => pick.Item is null)]]);
        }

        if (After.Any(picks => picks.Count > 0))
        {
            yield return this with { After = [.. After.Select(_ => Array.Empty<AwaitedPick>())] };
        }

        for (var i = 0; i < Items.Count; i++)
        {
            foreach (var simpler in Simpler(Items[i].Task))
            {
                EnqueueItem[] items = [.. Items];
                items[i] = items[i] with { Task = simpler };
                yield return this with { Items = items };
            }
        }
    }

    private static IEnumerable<NewTask> Simpler(NewTask task)
    {
        NewTask[] simpler =
        [
            task with { Label = null, Metadata = null, Payload = default, Timeout = null },
            task with { Delay = null, NotBefore = null },
            task with { DedupKey = null, DedupScope = default },
            task with { Stashed = false },
            task with { RequiresApproval = false },
            task with { RunNow = false },
            task with { LeaseDuration = null },
            task with { Retry = RetryPolicy.Immediate },
            task with { MaxAttempts = 1 },
            task with { Priority = 0 },
            task with { Group = NewTask.DefaultGroup },
        ];
        return simpler.Where(other => other != task);
    }

    // A list answers with ids alone.
    private static Answer WithCreated(IReadOnlyList<TaskId> ids) => new(string.Join(", ", ids), [.. ids.Select(id => id.Value)]);

    private static string Describe(EnqueueItem item)
    {
        var (task, usual) = (item.Task, new NewTask("any"));
        var after = item.After.Select(awaited => $"{awaited.When} of {(awaited.Item is { } index ? $"item {index}" : $"task {awaited.On}")}");
        (string Name, object? Value, object? Usual)[] settings =
        [
            ("priority", task.Priority, usual.Priority), ("after", string.Join(" and ", after), ""), ("delay", task.Delay, null),
            ("attempts", task.MaxAttempts, usual.MaxAttempts), ("retry", $"{task.Retry?.InitialDelay.TotalSeconds} s × {task.Retry?.Factor}", "0 s × 2"), ("lease", task.LeaseDuration, null), ("key", task.DedupKey, null),
            ("scope", task.DedupScope, usual.DedupScope), ("stashed", task.Stashed, false), ("run now", task.RunNow, false),
            ("needs approval", task.RequiresApproval, false), ("label", task.Label, null), ("payload", Answer.Hex(task.Payload), ""),
        ];
        return $"{task.Type} in {task.Group}"
            + string.Concat(settings.Where(setting => !Equals(setting.Value, setting.Usual)).Select(setting => $", {setting.Name} {setting.Value}"));
    }
}

/// <summary>A stored task, or an item of the same list, to wait for.</summary>
internal readonly record struct AwaitedPick(TaskPick Task, int? Item, DependencyCondition When)
{
    public Awaited In(Model model) => new(Item is null ? Task.In(model) : 0, Item, When);
}

internal sealed record CheckoutOperation(CheckoutRequest Request, int Most) : Operation
{
    public override Step Bind(Model model) => new(
        $"checkout up to {Most} by {Request.Worker}, groups {List(Request.Groups)}, types {List(Request.Types)}, lease {Request.LeaseDuration}",
        async queue => Answer.Of(await queue.Tasks.CheckoutAsync(Request, Most)),
        (m, _) => Answer.Of(m.Checkout(Request, Most)))
    {
        IsCheckout = true,
    };

    public override IEnumerable<Operation> Simpler()
    {
        if (Request.Groups is not null || Request.Types is not null || Most > 1)
        {
            yield return new CheckoutOperation(Request with { Groups = null, Types = null }, 1);
        }
    }

    private static string List(IReadOnlyList<string>? names) => names is null ? "all" : string.Join('+', names);
}

internal enum LeaseCall
{
    Complete,
    Heartbeat,
    Suspend,
    Resume,
    Progress,
    Checkpoint,
}

/// <summary>A call with a lease that takes at most a byte besides.</summary>
internal sealed record LeaseOperation(LeaseCall Call, LeasePick Lease, byte Data) : Operation
{
    public override Step Bind(Model model)
    {
        var (lease, call, data) = (Lease.In(model), Call, new[] { Data });
        var (fraction, message) = (Data / 255.0, $"at {Data}");
        return new Step(
            $"{call} {Describe(lease)} with {Data}",
            async queue => Answer.Of(call switch
            {
                LeaseCall.Complete => await queue.Tasks.CompleteAsync(lease, data),
                LeaseCall.Heartbeat => await queue.Tasks.HeartbeatAsync(lease),
                LeaseCall.Suspend => await queue.Tasks.SuspendAsync(lease),
                LeaseCall.Resume => await queue.Tasks.ResumeAsync(lease),
                LeaseCall.Progress => await queue.Tasks.ReportProgressAsync(lease, fraction, message),
                _ => (object)await queue.Tasks.CheckpointAsync(lease, data),
            }),
            (m, _) => Answer.Of(call switch
            {
                LeaseCall.Complete => m.Complete(lease, data),
                LeaseCall.Heartbeat => m.Heartbeat(lease),
                LeaseCall.Suspend => m.Suspend(lease),
                LeaseCall.Resume => m.Resume(lease),
                LeaseCall.Progress => m.Report(lease, fraction, message),
                _ => (object)m.SaveCheckpoint(lease, data),
            }),
            lease.TaskId.Value);
    }

    public static string Describe(Lease lease) => $"task {lease.TaskId} token {lease.Token}";
}

internal sealed record HeartbeatAllOperation(IReadOnlyList<LeasePick> Leases) : Operation
{
    public override Step Bind(Model model)
    {
        Lease[] leases = [.. Leases.Select(pick => pick.In(model))];
        return new Step(
            $"heartbeats {string.Join(", ", leases.Select(LeaseOperation.Describe))}",
            async queue => Answer.Of(string.Join(", ", await queue.Tasks.HeartbeatAsync(leases))),
            (m, _) => Answer.Of(string.Join(", ", leases.Select(m.Heartbeat))),
            [.. leases.Select(lease => lease.TaskId.Value)]);
    }
}

internal sealed record CompleteAllOperation(IReadOnlyList<LeasePick> Leases, byte Data) : Operation
{
    public override Step Bind(Model model)
    {
        Lease[] leases = [.. Leases.Select(pick => pick.In(model))];
        byte[] data = [Data];
        return new Step(
            $"complete {string.Join(", ", leases.Select(LeaseOperation.Describe))} with {Data}",
            async queue => Answer.Of(string.Join(", ", await queue.Tasks.CompleteAsync([.. leases.Select(lease => new TaskCompletion(lease, data))]))),
            (m, _) => Answer.Of(string.Join(", ", leases.Select(lease => m.Complete(lease, data)))),
            [.. leases.Select(lease => lease.TaskId.Value)]);
    }
}

internal sealed record FailOperation(LeasePick Lease, TaskFailure Failure) : Operation
{
    public override Step Bind(Model model)
    {
        var lease = Lease.In(model);
        return new Step(
            $"fail {LeaseOperation.Describe(lease)}: {Failure}",
            async queue => Answer.Of(await queue.Tasks.FailAsync(lease, Failure)),
            (m, _) => Answer.Of(m.Fail(lease, Failure)),
            lease.TaskId.Value);
    }
}

internal sealed record ReleaseOperation(LeasePick Lease, TimeSpan? Delay) : Operation
{
    public override Step Bind(Model model)
    {
        var lease = Lease.In(model);
        return new Step(
            $"release {LeaseOperation.Describe(lease)} for {Delay?.ToString() ?? "now"}",
            async queue => Answer.Of(await queue.Tasks.ReleaseAsync(lease, Delay)),
            (m, _) => Answer.Of(m.Release(lease, Delay ?? TimeSpan.Zero)),
            lease.TaskId.Value);
    }
}

internal sealed record ReapOperation : Operation
{
    public override Step Bind(Model model) =>
        new("reap", async queue => Answer.Of(await queue.Tasks.ReapExpiredAsync()), (m, _) => Answer.Of(m.Reap()));
}

internal enum TaskCall
{
    Cancel,
    CancelTree,
    Retry,
    RetryWithDependents,
    Stash,
    Unstash,
    RunNow,
    Approve,
    Reject,
    Remove,
}

/// <summary>A control call that names one task and little else.</summary>
internal sealed record ControlOperation(TaskCall Call, TaskPick Task, string? Reason) : Operation
{
    public override Step Bind(Model model)
    {
        var (id, call, reason) = (Task.In(model), Call, Reason);
        return new Step(
            $"{call} {id}, reason {reason ?? "none"}",
            async queue => Answer.Of(await OnQueueAsync(queue.Tasks.Control, new TaskId(id), call, reason)),
            (m, _) => Answer.Of(OnModel(m, id, call, reason)),
            id);
    }

    private static async Task<object?> OnQueueAsync(ITaskControl control, TaskId id, TaskCall call, string? reason)
    {
        switch (call)
        {
            case TaskCall.Cancel:
                return await control.CancelAsync(id, reason);
            case TaskCall.CancelTree:
                return await control.CancelTreeAsync(id, reason);
            case TaskCall.Retry or TaskCall.RetryWithDependents:
                await control.RetryAsync(id, call == TaskCall.RetryWithDependents);
                return null;
            case TaskCall.Stash:
                await control.StashAsync(id);
                return null;
            case TaskCall.Unstash:
                await control.UnstashAsync(id);
                return null;
            case TaskCall.RunNow:
                await control.RunNowAsync(id);
                return null;
            case TaskCall.Approve:
                await control.ApproveAsync(id, "ann", reason);
                return null;
            case TaskCall.Reject:
                await control.RejectAsync(id, "ann", reason ?? "no");
                return null;
            default:
                await control.RemoveAsync([id]);
                return null;
        }
    }

    private static object? OnModel(Model model, long id, TaskCall call, string? reason)
    {
        switch (call)
        {
            case TaskCall.Cancel or TaskCall.CancelTree:
                return model.Cancel(id, reason, tree: call == TaskCall.CancelTree);
            case TaskCall.Retry or TaskCall.RetryWithDependents:
                model.Retry(id, call == TaskCall.RetryWithDependents);
                return null;
            case TaskCall.Stash or TaskCall.Unstash:
                model.Stash(id, call == TaskCall.Stash);
                return null;
            case TaskCall.RunNow:
                model.RunNow(id);
                return null;
            case TaskCall.Approve or TaskCall.Reject:
                model.Decide(id, call == TaskCall.Approve ? Approval.Approved : Approval.Rejected, "ann", reason ?? "no");
                return null;
            default:
                model.Remove([id]);
                return null;
        }
    }
}

internal sealed record EditOperation(TaskPick Task, TaskEdit Edit, TimeSpan? NotBefore, IReadOnlyList<AwaitedPick>? After) : Operation
{
    public override Step Bind(Model model)
    {
        var id = Task.In(model);
        var edit = Edit with
        {
            NotBefore = model.Now + NotBefore,
            After = After is null ? null : [.. After.Select(pick => new TaskDependency(new TaskId(pick.Task.In(model)), pick.When))],
        };
        return new Step(
            $"edit {id}: {edit}, After = {(edit.After is null ? "as it was" : string.Join(" ", edit.After))}",
            async queue =>
            {
                await queue.Tasks.Control.EditAsync(new TaskId(id), edit);
                return Answer.Done;
            },
            (m, _) =>
            {
                m.Edit(id, edit);
                return Answer.Done;
            },
            id);
    }
}

internal sealed record SwapOperation(TaskPick First, TaskPick Second) : Operation
{
    public override Step Bind(Model model)
    {
        var (first, second) = (First.In(model), Second.In(model));
        return new Step(
            $"swap {first} and {second}",
            async queue =>
            {
                await queue.Tasks.Control.SwapAsync(new TaskId(first), new TaskId(second));
                return Answer.Done;
            },
            (m, _) =>
            {
                m.Swap(first, second);
                return Answer.Done;
            },
            [first, second]);
    }
}

internal sealed record RemoveOperation(IReadOnlyList<TaskPick> Tasks) : Operation
{
    public override Step Bind(Model model)
    {
        long[] ids = [.. Tasks.Select(pick => pick.In(model)).Distinct()];
        return new Step(
            $"remove {string.Join(" and ", ids)}",
            async queue =>
            {
                await queue.Tasks.Control.RemoveAsync([.. ids.Select(id => new TaskId(id))]);
                return Answer.Done;
            },
            (m, _) =>
            {
                m.Remove(ids);
                return Answer.Done;
            },
            ids);
    }
}

/// <summary>Prunes one outcome, or all.</summary>
internal sealed record PruneOperation(TaskOutcome? Only, TimeSpan Age) : Operation
{
    private static readonly TaskOutcome[] Every = [.. Enum.GetValues<TaskOutcome>().Where(outcome => outcome != TaskOutcome.None)];

    private RetentionPolicy Policy => Only switch
    {
        TaskOutcome.Succeeded => new RetentionPolicy { Succeeded = Age },
        TaskOutcome.Failed => new RetentionPolicy { Failed = Age },
        TaskOutcome.Cancelled => new RetentionPolicy { Cancelled = Age },
        _ => RetentionPolicy.KeepFor(Age),
    };

    /// <summary>It works in chunks, and other calls may come between them.</summary>
    public override bool IsAlone => true;

    public override Step Bind(Model model) => new(
        $"prune {Only?.ToString() ?? "all"} after {Age}",
        async queue => Answer.Of(await queue.Tasks.Control.PruneAsync(Policy)),
        (m, _) => Answer.Of(m.Prune(Only is { } only ? [only] : Every, Age)));
}

internal enum GroupCall
{
    Ensure,
    Limit,
    Pause,
    Resume,
    PauseOnFailure,
    NoPauseOnFailure,
    Remove,
}

internal sealed record GroupOperation(GroupCall Call, string Group, int Limit) : Operation
{
    public override Step Bind(Model model) => new(
        string.Create(CultureInfo.InvariantCulture, $"group {Group}: {Call} {Limit}"),
        async queue =>
        {
            await OnQueueAsync(queue.Tasks.Groups);
            return Answer.Done;
        },
        (m, _) =>
        {
            OnModel(m);
            return Answer.Done;
        });

    private ValueTask OnQueueAsync(ITaskGroups groups) => Call switch
    {
        GroupCall.Ensure => groups.EnsureAsync(Group, Limit < 0 ? null : Limit),
        GroupCall.Limit => groups.SetParallelismAsync(Group, Limit),
        GroupCall.Pause => groups.PauseAsync(Group),
        GroupCall.Resume => groups.ResumeAsync(Group),
        GroupCall.PauseOnFailure or GroupCall.NoPauseOnFailure => groups.SetPauseOnFailureAsync(Group, Call == GroupCall.PauseOnFailure),
        _ => groups.RemoveAsync(Group),
    };

    private void OnModel(Model model)
    {
        switch (Call)
        {
            case GroupCall.Ensure:
                model.EnsureGroup(Group, Limit < 0 ? null : Limit);
                break;
            case GroupCall.Limit:
                model.ChangeGroup(Group, Limit < 0 ? throw new ArgumentOutOfRangeException(nameof(model), "A negative limit.") : group => group with { Parallelism = Limit });
                break;
            case GroupCall.Pause:
                model.ChangeGroup(Group, group => group with { Paused = true });
                break;
            case GroupCall.Resume:
                model.ChangeGroup(Group, group => group with { Paused = false });
                break;
            case GroupCall.PauseOnFailure or GroupCall.NoPauseOnFailure:
                model.ChangeGroup(Group, group => group with { PauseOnFailure = Call == GroupCall.PauseOnFailure });
                break;
            default:
                model.RemoveGroup(Group);
                break;
        }
    }
}

internal sealed record AdvanceOperation(TimeSpan By) : Operation
{
    public override bool IsAlone => true;

    public override Step Bind(Model model) => new(
        $"{By} pass",
        queue =>
        {
            queue.Time.Advance(By);
            return Task.FromResult(Answer.Done);
        },
        (m, _) =>
        {
            m.Now += By;
            return Answer.Done;
        });
}

internal sealed record ReopenOperation : Operation
{
    public override bool IsAlone => true;

    public override Step Bind(Model model) => new(
        "reopen",
        async queue =>
        {
            await queue.ReopenAsync();
            return Answer.Done;
        },
        (_, _) => Answer.Done);
}

/// <summary>The next calls go to another queue on the same file.</summary>
internal sealed record SwitchOperation : Operation
{
    public override bool IsAlone => true;

    public override Step Bind(Model model) => new(
        "switch to the other queue",
        async queue =>
        {
            await queue.SwitchAsync();
            return Answer.Done;
        },
        (_, _) => Answer.Done);
}

/// <summary>Nothing is ever wrong, so that nothing is ever repaired.</summary>
internal sealed record RepairOperation : Operation
{
    public override Step Bind(Model model) => new(
        "repair",
        async queue =>
        {
            var repair = await queue.Tasks.Control.RepairAsync();
            return Answer.Of(string.Join(", ", repair.Repaired.Concat(repair.Remaining)));
        },
        (_, _) => Answer.Of(""));
}
