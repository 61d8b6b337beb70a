namespace DurableQueue;

/// <summary>One page of a query.</summary>
/// <param name="Tasks">The tasks, in the order asked for.</param>
/// <param name="Next">Where the next page begins; <see langword="null"/> if this is the last.</param>
public sealed record TaskPage(IReadOnlyList<TaskInfo> Tasks, TaskCursor? Next);
