using static DurableQueue.DependencyState;

namespace DurableQueue.ModelTests;

/// <summary>What several operations of the model share.</summary>
internal sealed partial class Model
{
    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new ArgumentException("A caller's mistake.");
        }
    }

    private static void Refuse(ModelTask task, bool condition)
    {
        if (condition)
        {
            throw new TaskStateException(task.Info.Id, task.State, "Not in this state.");
        }
    }

    /// <summary>The group of a task exists; one that was removed is what it was.</summary>
    private void BringGroup(string name) =>
        groups = groups.ContainsKey(name) ? groups : groups.Add(name, removedGroups.GetValueOrDefault(name, new ModelGroup()));

    private ModelTask Get(long id) => Find(id) ?? throw new TaskNotFoundException(new TaskId(id));

    private ModelTask Queued(long id)
    {
        Refuse(Get(id), !Get(id).IsQueued);
        return Get(id);
    }

    private ModelTask? Leased(Lease lease) => Find(lease.TaskId.Value) is { State: TaskState.CheckedOut } task && task.Token == lease.Token ? task : null;

    private bool OnLease(Lease lease, Action<ModelTask> change)
    {
        var task = Leased(lease);
        if (task is not null)
        {
            change(task);
        }

        return task is not null;
    }

    private void Put(ModelTask task) => tasks = tasks.SetItem(task.Id, task);

    /// <summary>Unfinished tasks that still need to know how this one ends.</summary>
    private IEnumerable<ModelTask> Needy(long id) =>
        Tasks.Where(task => !task.Info.IsFinished && task.Edges.TryGetValue(id, out var edge) && edge.State != Satisfied);

    private ModelTask? Best(CheckoutRequest request) => Tasks
        .Where(task => task.IsQueued && task.Holds(Now) == TaskHolds.None && (task.Urgent || IsOpen(task.Info.Group)))
        .Where(task => request.Groups?.Contains(task.Info.Group) != false && request.Types?.Contains(task.Info.Type) != false)
        .OrderByDescending(task => task.Urgent).ThenByDescending(task => task.Info.Priority).ThenBy(task => task.Position)
        .FirstOrDefault();

    private bool IsOpen(string group) => !groups[group].Paused && (groups[group].Parallelism == 0 || Running(group) < groups[group].Parallelism);

    /// <summary>An attempt ends without success; no failure means that it is given back.</summary>
    private void EndAttempt(ModelTask task, TaskOutcome? failure, string? error, bool again, TimeSpan wait)
    {
        var killed = task.Info.CancelRequested;
        var ended = failure is { } outcome ? task.WithAttempt(Now, killed ? TaskOutcome.Killed : outcome, error!) : task;
        if (again && !killed)
        {
            Put(ended.Requeue(failure is not null, wait > TimeSpan.Zero ? Now + wait : null, error));
            TakeKeyIfFree(ended, DedupScope.UntilStarted);
        }
        else
        {
            Finish(ended, killed ? TaskState.Cancelled : TaskState.Failed, killed ? TaskOutcome.Killed : failure!.Value, killed ? null : error);
        }
    }

    private CancelResult CancelOne(ModelTask task, string? reason, bool tree)
    {
        if (task.IsQueued)
        {
            Finish(task with { CancelledInTree = tree }, TaskState.Cancelled, TaskOutcome.Cancelled, reason);
            return CancelResult.Cancelled;
        }

        if (task.State == TaskState.CheckedOut && !task.Info.CancelRequested)
        {
            Put(task with { Info = task.Info with { CancelRequested = true, LastError = reason ?? "Cancelled while it ran." } });
            FreeKey(task, DedupScope.Active);
        }

        return task.State == TaskState.CheckedOut ? CancelResult.Requested : CancelResult.AlreadyFinished;
    }

    private void Finish(ModelTask task, TaskState state, TaskOutcome outcome, string? error)
    {
        Put(task.Finish(state, outcome, error, Now, ++FinishSequence));
        var pauses = groups[task.Info.Group].PauseOnFailure && outcome is TaskOutcome.Failed or TaskOutcome.TimedOut or TaskOutcome.Abandoned;
        groups = pauses ? groups.SetItem(task.Info.Group, groups[task.Info.Group] with { Paused = true }) : groups;
        FreeKey(task, DedupScope.Active, DedupScope.UntilStarted);
    }

    /// <summary>A task of one of the scopes no longer holds its key; one that another task holds stays there.</summary>
    private void FreeKey(ModelTask task, params ReadOnlySpan<DedupScope> scopes)
    {
        var holds = task.Info.DedupKey is { } key && keys.TryGetValue(key, out var holder) && holder == task.Id;
        keys = holds && scopes.Contains(task.Info.DedupScope) ? keys.Remove(task.Info.DedupKey!) : keys;
    }

    private void TakeKeyIfFree(ModelTask task, params ReadOnlySpan<DedupScope> scopes)
    {
        var free = task.Info.DedupKey is { } key && !keys.ContainsKey(key);
        keys = free && scopes.Contains(task.Info.DedupScope) ? keys.Add(task.Info.DedupKey!, task.Id) : keys;
    }

    /// <summary>Whether a finished task can be queued again: none of its dependencies is broken, and no other task has the key that it needs.</summary>
    private bool CanReturn(ModelTask task) => Resolve(task).All(edge => edge.State != Broken)
        && !(task.Info.DedupScope != DedupScope.UntilStarted && task.Info.DedupKey is { } key && keys.TryGetValue(key, out var holder) && holder != task.Id);

    private void Revive(ModelTask task)
    {
        BringGroup(task.Info.Group);
        TakeKeyIfFree(task, DedupScope.Active, DedupScope.UntilStarted);
        Put(task.WithEdges(Resolve(task)).Revive());
    }

    /// <summary>How the dependencies of a task stand now; satisfied is final.</summary>
    private IEnumerable<DependencyInfo> Resolve(ModelTask task) =>
        task.Edges.Values.Select(edge => edge.State == Satisfied ? edge : edge with { State = ModelEdges.Resolve(edge.When, Find(edge.On.Value)?.State) });

    /// <summary>
    /// Brings dependencies in line with what they wait for until nothing changes. Those of a finished task only note the end of what they still
    /// waited for, unless both were cancelled together.
    /// </summary>
    private void Settle()
    {
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var task in Tasks.Where(task => !task.Edges.IsEmpty))
            {
                var settled = task.WithEdges(Resolve(task).Where(edge => task.IsQueued || Ends(task, edge)));
                var fails = settled.IsQueued && settled.IsBroken && !groups[task.Info.Group].Paused;
                changed |= fails || settled != task;
                Put(settled);
                if (fails)
                {
                    Finish(settled, TaskState.Failed, TaskOutcome.DependencyFailed, ModelEdges.Error(settled.Edges.Values.First(edge => edge.State == Broken)));
                }
            }
        }
    }

    private bool Ends(ModelTask task, DependencyInfo edge) =>
        task.Edges[edge.On.Value].State == Waiting && Find(edge.On.Value) is { Info.IsFinished: true, CancelledInTree: false };
}
