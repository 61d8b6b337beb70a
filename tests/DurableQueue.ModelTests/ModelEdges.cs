using System.Collections.Immutable;

namespace DurableQueue.ModelTests;

/// <summary>What the model knows about dependencies alone.</summary>
internal static class ModelEdges
{
    /// <summary>How an edge stands whose task is in this state; <see langword="null"/>: is gone.</summary>
    public static DependencyState Resolve(DependencyCondition when, TaskState? awaited) => (awaited, when) switch
    {
        (TaskState.Queued or TaskState.CheckedOut, _) => DependencyState.Waiting,
        (TaskState.Done, not DependencyCondition.Failed) => DependencyState.Satisfied,
        (TaskState.Failed, not DependencyCondition.Succeeded) => DependencyState.Satisfied,
        (TaskState.Cancelled, DependencyCondition.Finished) => DependencyState.Satisfied,
        _ => DependencyState.Broken,
    };

    public static string Error(DependencyInfo edge) => $"Task {edge.On}, which this task depends on, didn't end as required.";

    /// <summary>The edges of a task, two to the same task joined; refuses the task itself, unknown ones, and both to succeed and to fail.</summary>
    public static ImmutableSortedDictionary<long, DependencyInfo> Merge(
        long id, IEnumerable<Awaited> after, Func<Awaited, long> idOf, Func<Awaited, long, bool> exists)
    {
        var edges = ImmutableSortedDictionary<long, DependencyInfo>.Empty;
        foreach (var awaited in after)
        {
            var (on, when) = (idOf(awaited), awaited.When);
            var joined = edges.TryGetValue(on, out var edge) && edge.When != DependencyCondition.Finished ? edge.When : when;
            if (on == id || !exists(awaited, on) || (joined != when && when != DependencyCondition.Finished))
            {
                throw new ArgumentException("The task itself, an unknown one, or both to succeed and to fail.", nameof(after));
            }

            edges = edges.SetItem(on, new DependencyInfo(new TaskId(on), joined, DependencyState.Waiting));
        }

        return edges;
    }

    /// <summary>Takes away whoever waits for nobody that is left, again and again: what remains waits in a circle.</summary>
    public static void RefuseCycle(IReadOnlyDictionary<long, ImmutableSortedDictionary<long, DependencyInfo>> edges)
    {
        var left = edges.ToDictionary(pair => pair.Key, pair => pair.Value.Where(edge => edge.Value.State != DependencyState.Satisfied).Select(edge => edge.Key).ToList());
        while (left.Where(pair => !pair.Value.Exists(left.ContainsKey)).Select(pair => pair.Key).ToList() is { Count: > 0 } free)
        {
            free.ForEach(id => left.Remove(id));
        }

        if (left.Count > 0)
        {
            throw new ArgumentException("A cycle.", nameof(edges));
        }
    }
}
