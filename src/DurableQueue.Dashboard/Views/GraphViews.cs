namespace DurableQueue.Dashboard.Views;

internal sealed record GraphView
{
    public required IReadOnlyList<GraphNodeView> Nodes { get; init; }

    public required IReadOnlyList<GraphEdgeView> Edges { get; init; }

    /// <summary>Whether a node stands for all tasks of a layer that are in one state.</summary>
    public required bool Collapsed { get; init; }

    /// <summary>Whether all connected tasks were found.</summary>
    public required bool Complete { get; init; }

    public required double Width { get; init; }

    public required double Height { get; init; }

    public required double NodeWidth { get; init; }

    public required double NodeHeight { get; init; }
}

internal sealed record GraphNodeView
{
    /// <summary>The task; negative if it stands for several.</summary>
    public required long Id { get; init; }

    public int? Count { get; init; }

    public string? Label { get; init; }

    public string? Type { get; init; }

    public required string State { get; init; }

    public string? Outcome { get; init; }

    public required double X { get; init; }

    public required double Y { get; init; }

    public required int Layer { get; init; }

    public required bool Critical { get; init; }
}

internal sealed record GraphEdgeView
{
    public required long From { get; init; }

    public required long To { get; init; }

    /// <summary><c>waiting</c>, <c>satisfied</c> or <c>broken</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>How the first has to end.</summary>
    public string? Condition { get; init; }

    public required bool Critical { get; init; }

    public required IReadOnlyList<GraphPointView> Points { get; init; }
}

internal sealed record GraphPointView(double X, double Y);
