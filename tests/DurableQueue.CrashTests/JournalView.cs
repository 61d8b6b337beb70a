namespace DurableQueue.CrashTests;

/// <summary>A look at the journal.</summary>
/// <param name="Stories">By task id.</param>
/// <param name="Unanswered">Enqueues without an answer: list and length.</param>
/// <param name="Tried">Every payload that was tried to be stored.</param>
/// <param name="Trouble">Calls that failed, and answers that contradict each other.</param>
internal sealed record JournalView(
    IReadOnlyDictionary<long, TaskStory> Stories, IReadOnlyDictionary<string, int> Unanswered, IReadOnlySet<string> Tried, IReadOnlyList<string> Trouble);

/// <summary>What had been acknowledged at one moment.</summary>
/// <param name="Enqueued">Tasks.</param>
/// <param name="Completed">Tasks, with the token of their complete.</param>
/// <param name="Failed">Tasks and tokens.</param>
internal sealed record JournalCut(
    IReadOnlySet<long> Enqueued, IReadOnlyDictionary<long, long> Completed, IReadOnlySet<(long Id, long Token)> Failed);
