namespace DurableQueue.Sqlite;

/// <summary>A request to be recorded.</summary>
/// <param name="Kind">What is asked for.</param>
/// <param name="By">Who asks.</param>
internal sealed record NewRequest(QueueRequestKind Kind, string By)
{
    public IReadOnlyList<TaskId> Tasks { get; init; } = [];

    public string? Group { get; init; }

    public string? Reason { get; init; }

    public string? Change { get; init; }
}
