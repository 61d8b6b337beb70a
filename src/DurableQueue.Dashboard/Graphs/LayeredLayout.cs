namespace DurableQueue.Dashboard.Graphs;

/// <summary>
/// Places the nodes of a graph without cycles in layers from left to right: each behind all that it depends on, ordered by medians so that few edges
/// cross, and moved towards its neighbours.
/// </summary>
/// <remarks>The method of Sugiyama, Tagawa and Toda, with the median heuristic of Eades and Wormald.</remarks>
internal sealed class LayeredLayout
{
    public const double NodeWidth = 200;
    public const double NodeHeight = 48;

    private const double LayerGap = 72;
    private const double RowGap = 20;

    /// <summary>An edge keeps as much room between nodes as this.</summary>
    private const double EdgeHeight = 8;

    private const int Sweeps = 8;
    private const int Alignments = 6;

    /// <summary>More than that would take longer than it is worth: long edges are straight then.</summary>
    private const int MostBends = 5_000;

    private readonly int count;
    private readonly IReadOnlyList<(int From, int To)> edges;
    private readonly int[] layers;
    private readonly List<int> layerOf = [];
    private readonly List<List<int>> before = [];
    private readonly List<List<int>> after = [];
    private readonly int[][] bends;
    private List<int>[] order;
    private double[] y = [];

    private LayeredLayout(int count, IReadOnlyList<(int From, int To)> edges)
    {
        this.count = count;
        this.edges = edges;
        layers = Layers(count, edges);
        bends = new int[edges.Count][];
        AddVertices();
        order = FirstOrder();
        Order();
        Place();
    }

    /// <summary>The layer of each node, from 0.</summary>
    public IReadOnlyList<int> LayerOf => layers;

    public double Width => count == 0 ? 0 : ((layers.Max() + 1) * (NodeWidth + LayerGap)) - LayerGap;

    public double Height => count == 0 ? 0 : Enumerable.Range(0, count).Max(node => y[node]) + (NodeHeight / 2);

    /// <param name="count">The number of nodes.</param>
    /// <param name="edges">Between nodes, each from one to one that depends on it.</param>
    public static LayeredLayout Of(int count, IReadOnlyList<(int From, int To)> edges) => new(count, edges);

    /// <summary>The upper left corner of a node.</summary>
    public (double X, double Y) Corner(int node) => (X(layers[node]), y[node] - (NodeHeight / 2));

    /// <summary>The line of an edge: from the right side of a node, around others, to the left side of the next.</summary>
    public IReadOnlyList<(double X, double Y)> Line(int edge)
    {
        var (from, to) = edges[edge];
        return
        [
            (X(layers[from]) + NodeWidth, y[from]),
            .. bends[edge].SelectMany(bend => new[] { (X(layerOf[bend]), y[bend]), (X(layerOf[bend]) + NodeWidth, y[bend]) }),
            (X(layers[to]), y[to]),
        ];
    }

    /// <summary>How many pairs of edges cross.</summary>
    public int Crossings => Enumerable.Range(0, Math.Max(0, order.Length - 1)).Sum(layer => CrossingsBehind(layer, order));

    private static double X(int layer) => layer * (NodeWidth + LayerGap);

    private static int[] Layers(int count, IReadOnlyList<(int From, int To)> edges)
    {
        var children = edges.ToLookup(edge => edge.From, edge => edge.To);
        var open = new int[count];
        foreach (var (_, to) in edges)
        {
            open[to]++;
        }

        var layers = new int[count];
        var isSource = open.Select(parents => parents == 0).ToArray();
        var next = new Queue<int>(Enumerable.Range(0, count).Where(node => isSource[node]));
        while (next.TryDequeue(out var node))
        {
            foreach (var child in children[node])
            {
                layers[child] = Math.Max(layers[child], layers[node] + 1);
                if (--open[child] == 0)
                {
                    next.Enqueue(child);
                }
            }
        }

        // A node that waits for nothing stands right before the first that waits for it.
        foreach (var node in Enumerable.Range(0, count).Where(node => isSource[node] && children[node].Any()))
        {
            layers[node] = Math.Max(0, children[node].Min(child => layers[child]) - 1);
        }

        return layers;
    }

    /// <summary>Nodes, and where an edge passes a layer, a bend.</summary>
    private void AddVertices()
    {
        for (var node = 0; node < count; node++)
        {
            AddVertex(layers[node]);
        }

        var isBent = edges.Sum(edge => Math.Max(0, (long)layers[edge.To] - layers[edge.From] - 1)) <= MostBends;
        for (var edge = 0; edge < edges.Count; edge++)
        {
            var (from, to) = edges[edge];
            var passed = isBent ? Enumerable.Range(layers[from] + 1, Math.Max(0, layers[to] - layers[from] - 1)).Select(AddVertex).ToArray() : [];
            bends[edge] = passed;
            if (!isBent && layers[to] - layers[from] != 1)
            {
                continue;
            }

            var left = from;
            foreach (var right in (int[])[.. passed, to])
            {
                after[left].Add(right);
                before[right].Add(left);
                left = right;
            }
        }
    }

    private int AddVertex(int layer)
    {
        layerOf.Add(layer);
        before.Add([]);
        after.Add([]);
        return layerOf.Count - 1;
    }

    /// <summary>In the order of a walk, so that what belongs together begins together.</summary>
    private List<int>[] FirstOrder()
    {
        var found = Enumerable.Range(0, count == 0 ? 0 : layerOf.Max() + 1).Select(_ => new List<int>()).ToArray();
        var seen = new bool[layerOf.Count];
        var open = new Stack<int>();
        foreach (var start in Enumerable.Range(0, layerOf.Count).OrderBy(vertex => layerOf[vertex]))
        {
            open.Push(start);
            while (open.TryPop(out var vertex))
            {
                if (seen[vertex])
                {
                    continue;
                }

                seen[vertex] = true;
                found[layerOf[vertex]].Add(vertex);
                for (var child = after[vertex].Count - 1; child >= 0; child--)
                {
                    open.Push(after[vertex][child]);
                }
            }
        }

        return found;
    }

    private void Order()
    {
        var (best, fewest) = (order, Crossings);
        for (var sweep = 0; sweep < Sweeps && fewest > 0; sweep++)
        {
            order = [.. order.Select(layer => layer.ToList())];
            var place = Places();
            var isDown = sweep % 2 == 0;
            foreach (var layer in isDown ? Enumerable.Range(1, order.Length - 1) : Enumerable.Range(0, order.Length - 1).Reverse())
            {
                var neighbours = isDown ? before : after;
                // The sort is stable: those without neighbours keep their place as well as they can.
                order[layer] = [.. order[layer].OrderBy(vertex => Median(neighbours[vertex], place) ?? place[vertex])];
                for (var index = 0; index < order[layer].Count; index++)
                {
                    place[order[layer][index]] = index;
                }
            }

            var crossings = Crossings;
            if (crossings < fewest)
            {
                (best, fewest) = (order, crossings);
            }
        }

        order = best;
    }

    private int[] Places()
    {
        var place = new int[layerOf.Count];
        foreach (var layer in order)
        {
            for (var index = 0; index < layer.Count; index++)
            {
                place[layer[index]] = index;
            }
        }

        return place;
    }

    private static double? Median(List<int> vertices, int[] place)
    {
        if (vertices.Count == 0)
        {
            return null;
        }

        var places = vertices.Select(vertex => place[vertex]).Order().ToArray();
        var middle = places.Length / 2;
        return places.Length % 2 == 1 ? places[middle] : (places[middle - 1] + places[middle]) / 2d;
    }

    /// <summary>Edges that lead to the next layer, in the order of their beginnings: two cross if their ends are in the other order.</summary>
    private int CrossingsBehind(int layer, List<int>[] inOrder)
    {
        var place = new Dictionary<int, int>();
        foreach (var vertex in inOrder[layer + 1])
        {
            place.Add(vertex, place.Count);
        }

        // A tree of counts by place.
        var counts = new int[place.Count + 1];
        var (crossings, total) = (0, 0);
        foreach (var vertex in inOrder[layer])
        {
            var ends = after[vertex].Where(place.ContainsKey).Select(next => place[next]).ToArray();
            foreach (var end in ends)
            {
                var before = 0;
                for (var at = end + 1; at > 0; at -= at & -at)
                {
                    before += counts[at];
                }

                crossings += total - before;
            }

            foreach (var end in ends)
            {
                total++;
                for (var at = end + 1; at < counts.Length; at += at & -at)
                {
                    counts[at]++;
                }
            }
        }

        return crossings;
    }

    private void Place()
    {
        y = new double[layerOf.Count];
        foreach (var layer in order)
        {
            Settle(layer, _ => null);
        }

        for (var pass = 0; pass < Alignments; pass++)
        {
            var neighbours = pass % 2 == 0 ? before : after;
            foreach (var layer in pass % 2 == 0 ? order : order.Reverse())
            {
                Settle(layer, vertex => neighbours[vertex].Count == 0 ? null : neighbours[vertex].Average(next => y[next]));
            }
        }

        var top = count == 0 ? 0 : Enumerable.Range(0, layerOf.Count).Min(vertex => y[vertex] - (HeightOf(vertex) / 2));
        for (var vertex = 0; vertex < y.Length; vertex++)
        {
            y[vertex] -= top;
        }
    }

    private double HeightOf(int vertex) => vertex < count ? NodeHeight : EdgeHeight;

    /// <summary>
    /// Places a layer as near to what each of it wants as its order and the gaps allow: those that would overlap share the mean of their wishes
    /// (pool adjacent violators).
    /// </summary>
    private void Settle(List<int> layer, Func<int, double?> wish)
    {
        var offsets = new double[layer.Count];
        for (var index = 1; index < layer.Count; index++)
        {
            offsets[index] = offsets[index - 1] + ((HeightOf(layer[index - 1]) + HeightOf(layer[index])) / 2) + RowGap;
        }

        var blocks = new Stack<(double Sum, int Count)>();
        for (var index = 0; index < layer.Count; index++)
        {
            var block = (Sum: (wish(layer[index]) ?? (y[layer[index]] == 0 ? offsets[index] : y[layer[index]])) - offsets[index], Count: 1);
            while (blocks.TryPeek(out var last) && last.Sum / last.Count >= block.Sum / block.Count)
            {
                blocks.Pop();
                block = (last.Sum + block.Sum, last.Count + block.Count);
            }

            blocks.Push(block);
        }

        var end = layer.Count;
        foreach (var (sum, size) in blocks)
        {
            for (var index = end - size; index < end; index++)
            {
                y[layer[index]] = (sum / size) + offsets[index];
            }

            end -= size;
        }
    }
}
