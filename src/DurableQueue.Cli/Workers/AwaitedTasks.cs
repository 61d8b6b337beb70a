namespace DurableQueue.Cli.Workers;

/// <summary>The tasks that a command waits for: by id, by label, by group, or all.</summary>
internal sealed record AwaitedTasks
{
    public IReadOnlyList<TaskId>? Ids { get; init; }

    public string? Label { get; init; }

    public string? LabelPrefix { get; init; }

    public string? Group { get; init; }
}
