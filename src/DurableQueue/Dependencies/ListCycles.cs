namespace DurableQueue.Dependencies;

/// <summary>Finds a cycle among the tasks of one enqueue list. Iterative, because a chain of 10,000 tasks must not overflow the stack.</summary>
internal static class ListCycles
{
    /// <returns>The indexes of one cycle in order; <see langword="null"/> if there is none.</returns>
    /// <param name="awaited">For each task of the list, the indexes of the tasks that it depends on.</param>
    public static IReadOnlyList<int>? Find(IReadOnlyList<IReadOnlyList<int>> awaited)
    {
        var done = new bool[awaited.Count];
        var depth = new int[awaited.Count];
        var path = new List<int>();
        var next = new List<int>();
        for (var start = 0; start < awaited.Count; start++)
        {
            if (done[start])
            {
                continue;
            }

            Enter(start);
            while (path.Count > 0)
            {
                var current = path[^1];
                if (next[^1] == awaited[current].Count)
                {
                    done[current] = true;
                    depth[current] = 0;
                    path.RemoveAt(path.Count - 1);
                    next.RemoveAt(next.Count - 1);
                    continue;
                }

                var target = awaited[current][next[^1]++];
                if (depth[target] > 0)
                {
                    return [.. path.Skip(depth[target] - 1)];
                }

                if (!done[target])
                {
                    Enter(target);
                }
            }
        }

        return null;

        void Enter(int index)
        {
            path.Add(index);
            next.Add(0);
            depth[index] = path.Count;
        }
    }
}
