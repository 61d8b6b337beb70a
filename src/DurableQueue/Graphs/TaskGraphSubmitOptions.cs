namespace DurableQueue;

/// <summary>How a graph is submitted.</summary>
public sealed record TaskGraphSubmitOptions
{
    /// <summary>Comes before the name, or the task's own label, in the label of each task. Default empty: the label is the name.</summary>
    public string LabelPrefix { get; init; } = "";

    /// <summary>The group of the tasks that name none; <see langword="null"/> means <c>default</c>.</summary>
    public string? DefaultGroup { get; init; }

    /// <summary>Puts every task into one fresh group whose limit is the width of the graph, whatever groups they name.</summary>
    public bool Isolate { get; init; }

    /// <summary>The name of the fresh group, which must not exist; <see langword="null"/> means one is made up. Only with <see cref="Isolate"/>.</summary>
    public string? IsolatedGroup { get; init; }

    /// <summary>Raises the limits of existing groups to the width of the graph in them. Limits are never lowered. Default: they are only warned of.</summary>
    public bool AutoParallel { get; init; }

    /// <summary>Checks all and works out the answer, and stores nothing.</summary>
    public bool DryRun { get; init; }
}
