namespace DurableQueue.Dashboard.Queues;

/// <summary>That something changed, and how many tasks there are now.</summary>
internal sealed record ChangeNotice(long Change, TaskCounts Counts);
