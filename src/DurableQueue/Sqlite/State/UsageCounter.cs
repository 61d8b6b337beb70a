using DurableQueue.Budgets;

namespace DurableQueue.Sqlite;

/// <summary>The row of a usage counter in memory, and the cap that applies to it.</summary>
internal sealed class UsageCounter(long id, CounterKey key)
{
    /// <summary>In <see cref="FromMs"/>: without a cap there is no total to keep.</summary>
    public const long CountsNothing = long.MaxValue;

    public long Id { get; } = id;

    public CounterKey Key { get; } = key;

    /// <summary><see langword="null"/> if there is none.</summary>
    public BudgetCap? Cap { get; set; }

    /// <summary>Entries from here on are in <see cref="Total"/>, whether or not they have left the window since.</summary>
    public long FromMs { get; set; }

    public long Total { get; set; }

    public long Reserved { get; set; }

    public bool Warned { get; set; }

    public bool Closed { get; set; }

    public long? DueAtMs { get; set; }

    /// <summary>Counted in this batch, but not stored as an entry yet.</summary>
    public long Pending { get; set; }

    /// <summary>Some of what it counted may be among the recent rows, which all counters share.</summary>
    public bool MayHaveRecent { get; set; } = key.Unit == BudgetCap.Starts;

    /// <summary>It changed since it was last reviewed.</summary>
    public bool Touched { get; set; }

    /// <summary>It differs from its row.</summary>
    public bool Dirty { get; set; }

    public long Used => Total + Reserved;

    public CounterUsage Usage => new(Cap, Key.Scope, Used);
}
