using System.Diagnostics;

namespace DurableQueue.Sqlite;

/// <summary>How much of a cascade one transaction may do, so that no caller waits long for the writer.</summary>
internal sealed class CascadeBudget
{
    private readonly long? deadline;

    private CascadeBudget(int releases, int changes, TimeSpan? time)
    {
        Releases = releases;
        Changes = changes;
        deadline = time is { } span ? Stopwatch.GetTimestamp() + (long)(span.TotalSeconds * Stopwatch.Frequency) : null;
    }

    /// <summary>Edges that one statement may satisfy.</summary>
    public int Releases { get; }

    /// <summary>Tasks that may be changed one by one.</summary>
    public int Changes { get; private set; }

    public bool IsUsedUp => Changes <= 0 || (deadline is { } end && Stopwatch.GetTimestamp() >= end);

    /// <summary>In the transaction of the change itself: all direct releases, and a cascade of usual size.</summary>
    public static CascadeBudget OfOperation() => new(releases: 10_000, changes: 1_000, time: null);

    /// <summary>In a chunk of its own: by count and by time, so that a slow disk does not make it long.</summary>
    public static CascadeBudget OfChunk() => new(releases: 1_000, changes: 5_000, time: TimeSpan.FromMilliseconds(10));

    public void Spend(int changes) => Changes -= changes;
}
