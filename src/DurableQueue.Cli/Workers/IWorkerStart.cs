namespace DurableQueue.Cli.Workers;

/// <summary>Starts a worker for commands that only the lack of one keeps from running.</summary>
internal interface IWorkerStart
{
    /// <summary>Starts a worker if one of these tasks needs it. A start that fails is only reported: what was done to the tasks stays done.</summary>
    Task ForAsync(params IReadOnlyList<TaskId> ids);

    /// <summary>The same, for all tasks of these groups.</summary>
    Task ForGroupsAsync(IReadOnlyList<string> groups);
}
