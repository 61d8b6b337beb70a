namespace DurableQueue.Graphs;

/// <summary>Who waits for whom in a valid graph, by index.</summary>
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

    /// <summary>For each task, those that it waits for.</summary>
    public IReadOnlyList<IReadOnlyList<int>> After { get; }

    /// <summary>Each task behind those that it waits for; of several that could come next, the one that was added first.</summary>
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
