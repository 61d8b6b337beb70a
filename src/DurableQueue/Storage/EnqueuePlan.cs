using DurableQueue.Dependencies;

namespace DurableQueue.Storage;

/// <summary>
/// What becomes of each item of an enqueue, worked out before anything is written: a new task, or the task that holds its dedup key, and how each of its
/// dependencies stands. An item whose key is taken stores nothing, so what else it says does not matter.
/// </summary>
internal sealed class EnqueuePlan
{
    private readonly IReadOnlyList<CheckedTask> tasks;
    private readonly IStoredTasks stored;

    /// <summary>Null if no item waits for another task.</summary>
    private readonly IReadOnlyList<PlannedEdge>[]? edges;

    /// <summary>The items that become new tasks, by their ids; null if no item waits for another task.</summary>
    private readonly Dictionary<long, int>? newTasks;

    private readonly HashSet<long>? awaited;
    private Dictionary<string, TaskId>? keysOfList;
    private bool hasTwins;

    /// <exception cref="ArgumentException">An item waits for a task that does not exist, for itself, or for a task both to succeed and to fail.</exception>
    public EnqueuePlan(IReadOnlyList<CheckedTask> tasks, IStoredTasks stored)
    {
        (this.tasks, this.stored) = (tasks, stored);
        Results = new EnqueueResult[tasks.Count];
        newTasks = HasDependencies(tasks) ? [] : null;
        for (var i = 0; i < tasks.Count; i++)
        {
            Results[i] = Identify(tasks[i]);
            if (Results[i].Created)
            {
                newTasks?.Add(Results[i].Id.Value, i);
            }
        }

        if (newTasks is not null)
        {
            (edges, awaited) = (new IReadOnlyList<PlannedEdge>[tasks.Count], []);
            PlanEdges();
        }
    }

    /// <summary>The answer for each item.</summary>
    public EnqueueResult[] Results { get; }

    /// <summary>Tasks that were stored before, and that new tasks wait for.</summary>
    public IEnumerable<long> AwaitedBefore => awaited?.Where(id => !newTasks!.ContainsKey(id)) ?? [];

    /// <summary>The dependencies of an item that becomes a new task.</summary>
    public IReadOnlyList<PlannedEdge> EdgesOf(int item) => edges?[item] ?? [];

    /// <summary>Whether another item waits for the new task that an item becomes.</summary>
    public bool IsAwaited(int item) => awaited?.Contains(Results[item].Id.Value) == true;

    private static bool HasDependencies(IReadOnlyList<CheckedTask> tasks)
    {
        for (var i = 0; i < tasks.Count; i++)
        {
            if (tasks[i].After.Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    private EnqueueResult Identify(CheckedTask task)
    {
        if (task.DedupKey is not { } key)
        {
            return new EnqueueResult(stored.NextId(), Created: true);
        }

        if (keysOfList?.TryGetValue(key, out var twin) == true)
        {
            hasTwins = true;
            return new EnqueueResult(twin, Created: false);
        }

        if (stored.HolderOf(key) is { } holder)
        {
            return new EnqueueResult(holder, Created: false);
        }

        var id = stored.NextId();
        (keysOfList ??= []).Add(key, id);
        return new EnqueueResult(id, Created: true);
    }

    private void PlanEdges()
    {
        for (var i = 0; i < tasks.Count; i++)
        {
            edges![i] = Results[i].Created && tasks[i].After.Count > 0 ? PlanEdges(i) : [];
        }

        // The items alone were checked before. Only two that are one task by their key can make a cycle of what was none.
        if (hasTwins)
        {
            RefuseCycles();
        }
    }

    private PlannedEdge[] PlanEdges(int item)
    {
        var after = tasks[item].After;
        var planned = new PlannedEdge[after.Count];
        for (var i = 0; i < planned.Length; i++)
        {
            var parent = ParentOf(after[i]);
            planned[i] = new PlannedEdge(parent, after[i].When, StateOf(item, after[i], parent));
            awaited!.Add(parent);
        }

        return planned.Length == 1 ? planned : Merge(planned);
    }

    private long ParentOf(AwaitedTask awaited) => awaited.Item is { } item ? Results[item].Id.Value : awaited.On;

    private DependencyState StateOf(int item, AwaitedTask awaited, long parent)
    {
        if (parent == Results[item].Id.Value)
        {
            throw new ArgumentException("After must not contain the task itself.", nameof(NewTask.After));
        }

        if (newTasks!.ContainsKey(parent))
        {
            return awaited.Item is not null
                ? DependencyState.Waiting
                : throw new ArgumentException($"After contains task {parent}, which does not exist.", nameof(NewTask.After));
        }

        return stored.StateOf(parent) is { } state
            ? Edges.Resolve(awaited.When, state)
            : throw new ArgumentException($"After contains task {parent}, which does not exist or was removed.", nameof(NewTask.After));
    }

    /// <summary>Two items of the list may be one task by their dedup key, and a stored task may also be named by an item.</summary>
    private PlannedEdge[] Merge(PlannedEdge[] planned)
    {
        var conditions = new Dictionary<long, DependencyCondition>(planned.Length);
        foreach (var (parent, when, _) in planned)
        {
            conditions[parent] = !conditions.TryGetValue(parent, out var other)
                ? when
                : Edges.Merge(other, when)
                    ?? throw new ArgumentException($"After requires task {parent} both to succeed and to fail.", nameof(NewTask.After));
        }

        return conditions.Count == planned.Length ? planned : [.. conditions.Select(pair => new PlannedEdge(pair.Key, pair.Value, StateOf(pair.Key, pair.Value)))];
    }

    private DependencyState StateOf(long parent, DependencyCondition when) =>
        newTasks!.ContainsKey(parent) ? DependencyState.Waiting : Edges.Resolve(when, stored.StateOf(parent)!.Value);

    private void RefuseCycles()
    {
        var waitsFor = new int[tasks.Count][];
        for (var i = 0; i < waitsFor.Length; i++)
        {
            waitsFor[i] = [.. edges![i].Where(edge => newTasks!.ContainsKey(edge.Parent)).Select(edge => newTasks![edge.Parent])];
        }

        if (ListCycles.Find(waitsFor) is { } cycle)
        {
            throw new ArgumentException($"The dependencies form a cycle of the items {string.Join(" -> ", cycle)} -> {cycle[0]}.", nameof(NewTask.After));
        }
    }
}
