namespace DurableQueue;

/// <summary>How far a query with a <see cref="ReadLimit"/> searched for its page.</summary>
/// <param name="Rows">The number of tasks that it looked at.</param>
/// <param name="Complete">
/// Whether the search ended by itself: the page is full, or there are no more tasks. <see langword="false"/> if the limit ended it: more tasks may match.
/// </param>
public sealed record SearchedTasks(long Rows, bool Complete);
