namespace DurableQueue.Cli.Workers;

/// <summary>What a command waits for: these tasks, or those with a label or in a group, or all.</summary>
internal sealed record AwaitedTasks
{
    public IReadOnlyList<TaskId>? Ids { get; init; }

    public string? Label { get; init; }

    public string? LabelPrefix { get; init; }

    public string? Group { get; init; }
}
