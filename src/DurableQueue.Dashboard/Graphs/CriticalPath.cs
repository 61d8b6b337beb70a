namespace DurableQueue.Dashboard.Graphs;

/// <summary>The chain of dependencies that took, or will take, longest: shortening anything else changes nothing.</summary>
internal static class CriticalPath
{
    /// <param name="weights">How long each node takes.</param>
    /// <param name="edges">Between nodes, without cycles.</param>
    /// <returns>The nodes of the path, from its beginning.</returns>
    public static IReadOnlyList<int> Of(IReadOnlyList<double> weights, IReadOnlyList<(int From, int To)> edges)
    {
        if (weights.Count == 0)
        {
            return [];
        }

        var children = edges.ToLookup(edge => edge.From, edge => edge.To);
        var open = new int[weights.Count];
        foreach (var (_, to) in edges)
        {
            open[to]++;
        }

        var length = weights.ToArray();
        var previous = new int[weights.Count];
        Array.Fill(previous, -1);
        var next = new Queue<int>(Enumerable.Range(0, weights.Count).Where(node => open[node] == 0));
        while (next.TryDequeue(out var node))
        {
            foreach (var child in children[node])
            {
                if (previous[child] < 0 || length[node] + weights[child] > length[child])
                {
                    length[child] = length[node] + weights[child];
                    previous[child] = node;
                }

                if (--open[child] == 0)
                {
                    next.Enqueue(child);
                }
            }
        }

        var path = new List<int>();
        for (var node = Enumerable.Range(0, length.Length).MaxBy(node => length[node]); node >= 0; node = previous[node])
        {
            path.Add(node);
        }

        path.Reverse();
        return path;
    }
}
