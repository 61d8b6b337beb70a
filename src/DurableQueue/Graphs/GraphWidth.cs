using System.Numerics;

namespace DurableQueue.Graphs;

/// <summary>
/// The largest number of tasks of which none waits for another, by Dilworth's theorem: as many as the fewest chains that hold all of them, which is their number less
/// the largest matching of tasks with tasks behind them (Hopcroft and Karp). What each task waits for, also through others, is a row of bits:
/// n²/8 bytes, 12.5 MB for 10,000 tasks.
/// </summary>
internal sealed class GraphWidth
{
    private const int Free = -1;

    private readonly ulong[][] awaited;
    private readonly int words;

    /// <summary>The chosen follower of each task in its chain, and the other way round.</summary>
    private readonly int[] awaitedBy;
    private readonly int[] awaits;
    private readonly int[] layerOf;

    /// <summary>The words of its row behind this one have nothing more of the layer for the task: a layer only loses tasks.</summary>
    private readonly int[] lastWord;
    private readonly List<ulong[]> layers = [];

    /// <param name="after">For each task, those that it waits for.</param>
    /// <param name="order">All tasks, each behind those that it waits for.</param>
    public GraphWidth(IReadOnlyList<IReadOnlyList<int>> after, IReadOnlyList<int> order)
    {
        words = (after.Count + 63) / 64;
        awaited = new ulong[after.Count][];
        awaitedBy = new int[after.Count];
        awaits = new int[after.Count];
        layerOf = new int[after.Count];
        lastWord = new int[after.Count];
        foreach (var task in order)
        {
            var row = new ulong[words];
            foreach (var parent in after[task])
            {
                row[parent / 64] |= 1UL << (parent % 64);
                for (var word = 0; word < words; word++)
                {
                    row[word] |= awaited[parent][word];
                }
            }

            awaited[task] = row;
        }
    }

    /// <summary>The width of some of the tasks; they may wait for each other through any others.</summary>
    public int Of(IReadOnlyList<int> tasks)
    {
        foreach (var task in tasks)
        {
            awaitedBy[task] = Free;
            awaits[task] = Free;
        }

        var matched = 0;
        while (FindLayers(tasks))
        {
            foreach (var task in tasks)
            {
                if (awaits[task] == Free && Augment(task))
                {
                    matched++;
                }
            }
        }

        return tasks.Count - matched;
    }

    /// <summary>How far each task is from one without a match, by turns along a possible and a chosen match. False if no other task without one is reached.</summary>
    private bool FindLayers(IReadOnlyList<int> tasks)
    {
        var unseen = new ulong[words];
        var frontier = new List<int>();
        foreach (var task in tasks)
        {
            unseen[task / 64] |= 1UL << (task % 64);
            layerOf[task] = int.MaxValue;
            lastWord[task] = words - 1;
            if (awaits[task] == Free)
            {
                layerOf[task] = 0;
                frontier.Add(task);
            }
        }

        for (var depth = 0; frontier.Count > 0; depth++)
        {
            var layer = Layer(depth);
            var next = new List<int>();
            var reached = false;
            foreach (var task in frontier)
            {
                for (var word = 0; word < words; word++)
                {
                    var found = awaited[task][word] & unseen[word];
                    unseen[word] &= ~found;
                    layer[word] |= found;
                    for (; found != 0; found &= found - 1)
                    {
                        var parent = (word * 64) + BitOperations.TrailingZeroCount(found);
                        var follower = awaitedBy[parent];
                        if (follower == Free)
                        {
                            reached = true;
                        }
                        else
                        {
                            layerOf[follower] = depth + 1;
                            next.Add(follower);
                        }
                    }
                }
            }

            if (reached)
            {
                // Only shortest ways count: nothing lies behind this layer.
                Layer(depth + 1);
                return true;
            }

            frontier = next;
        }

        return false;
    }

    private ulong[] Layer(int depth)
    {
        if (depth == layers.Count)
        {
            layers.Add(new ulong[words]);
        }

        Array.Clear(layers[depth]);
        return layers[depth];
    }

    /// <summary>Looks for a way through the layers from a task without a match to one that nobody has chosen, and turns the choices along it round.</summary>
    private bool Augment(int start)
    {
        var path = new List<(int Task, int Parent)> { (start, Free) };
        while (path.Count > 0)
        {
            var task = path[^1].Task;
            if (TakeFromLayer(task) is not { } parent)
            {
                path.RemoveAt(path.Count - 1);
                continue;
            }

            path[^1] = (task, parent);
            var follower = awaitedBy[parent];
            if (follower != Free)
            {
                path.Add((follower, Free));
                continue;
            }

            foreach (var (chosenBy, chosen) in path)
            {
                awaits[chosenBy] = chosen;
                awaitedBy[chosen] = chosenBy;
            }

            return true;
        }

        return false;
    }

    /// <summary>
    /// A task of the layer that this one waits for; it is taken out of the layer, because one look at it is enough. The one that was added last is the likeliest to be
    /// a neighbour, which leaves the rest free for others.
    /// </summary>
    private int? TakeFromLayer(int task)
    {
        var layer = layers[layerOf[task]];
        for (ref var word = ref lastWord[task]; word >= 0; word--)
        {
            var found = awaited[task][word] & layer[word];
            if (found != 0)
            {
                var bit = 63 - BitOperations.LeadingZeroCount(found);
                layer[word] &= ~(1UL << bit);
                return (word * 64) + bit;
            }
        }

        return null;
    }
}
