namespace DurableQueue;

/// <summary>One page of a query.</summary>
/// <param name="Tasks">The tasks, in the order of the query.</param>
/// <param name="Next">The position of the next page; <see langword="null"/> if this is the last page.</param>
public sealed record TaskPage(IReadOnlyList<TaskInfo> Tasks, TaskCursor? Next)
{
    /// <summary>How far the query searched; <see langword="null"/> for a query without a <see cref="TaskQuery.ReadLimit"/>.</summary>
    public SearchedTasks? Searched { get; init; }
}
