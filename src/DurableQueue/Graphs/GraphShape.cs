namespace DurableQueue.Graphs;

/// <summary>The dependencies of a valid graph, by index.</summary>
internal sealed class GraphShape
{
    public GraphShape(IReadOnlyList<TaskGraphNode> nodes)
    {
        var indexes = new Dictionary<string, int>(nodes.Count);
        for (var i = 0; i < nodes.Count; i++)
        {
            indexes.Add(nodes[i].Name, i);
        }

        After = [.. nodes.Select(IReadOnlyList<int> (node) => [.. node.After.Select(dependency => indexes[dependency.On]).Distinct()])];
        Order = Sort();
    }

    /// <summary>For each task, the tasks that it depends on.</summary>
    public IReadOnlyList<IReadOnlyList<int>> After { get; }

    /// <summary>The tasks in topological order: each comes after those that it depends on, otherwise in the order in which they were added.</summary>
    public IReadOnlyList<int> Order { get; }

    private List<int> Sort()
    {
        var waiting = new int[After.Count];
        var followers = Array.ConvertAll(waiting, _ => new List<int>());
        var next = new PriorityQueue<int, int>();
        for (var i = 0; i < After.Count; i++)
        {
            waiting[i] = After[i].Count;
            foreach (var parent in After[i])
            {
                followers[parent].Add(i);
            }

            if (waiting[i] == 0)
            {
                next.Enqueue(i, i);
            }
        }

        var order = new List<int>(After.Count);
        while (next.TryDequeue(out var task, out _))
        {
            order.Add(task);
            foreach (var follower in followers[task])
            {
                if (--waiting[follower] == 0)
                {
                    next.Enqueue(follower, follower);
                }
            }
        }

        return order;
    }
}
