namespace DurableQueue.Sqlite;

/// <summary>When a counter has room again by the clock, and which counters have now.</summary>
internal sealed class BudgetDueTimes(WriteConnection db, WriteClock clock, UsageCounterCache counters, BudgetPolicies policies)
{
    /// <summary>The most counters in one transaction.</summary>
    public const int Most = 500;

    /// <summary>The earliest due time.</summary>
    public const string SelectNext = "SELECT min(due_at_ms) FROM budget_meter INDEXED BY budget_meter_due WHERE due_at_ms IS NOT NULL";

    private const string SelectDue =
        """
        SELECT id FROM budget_meter INDEXED BY budget_meter_due
        WHERE due_at_ms IS NOT NULL AND due_at_ms <= @now ORDER BY due_at_ms LIMIT @limit
        """;

    private const string SelectAll =
        "SELECT id FROM budget_meter NOT INDEXED WHERE id > @after AND due_at_ms IS NOT NULL ORDER BY id LIMIT @limit";

    private long? next;
    private long latestMs;

    /// <summary>While all counters with a due time are gone through: the last one that was.</summary>
    private long? reviewedThrough = 0;

    /// <summary><see cref="long.MaxValue"/> for never.</summary>
    public long NextMs => policies.WereInUse ? next ??= ReadNext() : long.MaxValue;

    /// <summary>There is a counter to be reopened.</summary>
    public bool IsAnyDue => NextMs <= clock.NowMs || (reviewedThrough is not null && NextMs != long.MaxValue);

    /// <summary>A transaction begins.</summary>
    public void Begin()
    {
        // If the clock was set back, the due times that were worked out before are too late.
        if (clock.NowMs < latestMs)
        {
            reviewedThrough = 0;
        }

        latestMs = clock.NowMs;
    }

    public void Set(UsageCounter counter, long? dueAtMs)
    {
        if (counter.DueAtMs == dueAtMs)
        {
            return;
        }

        counter.DueAtMs = dueAtMs;
        counters.MarkDirty(counter);
        if (next is { } earliest && dueAtMs is { } at)
        {
            next = Math.Min(earliest, at);
        }
    }

    /// <summary>The counters whose time has come; after the clock was set back all that have one, in the order of their ids.</summary>
    public List<long> Find()
    {
        var due = new List<long>();
        var select = (reviewedThrough is { } after ? db[SelectAll].Bind("@after", after) : db[SelectDue].Bind("@now", clock.NowMs)).Bind("@limit", Most);
        while (select.Step())
        {
            due.Add(select.Long(0));
        }

        return due;
    }

    /// <summary>Counters that <see cref="Find"/> gave were reopened.</summary>
    /// <param name="due">What it gave.</param>
    /// <param name="count">How many of them.</param>
    /// <returns>Whether there may be more.</returns>
    public bool Passed(List<long> due, int count)
    {
        var mayBeMore = count < due.Count || due.Count == Most;
        if (reviewedThrough is not null)
        {
            reviewedThrough = mayBeMore ? due[count - 1] : null;
        }

        next = null;
        return mayBeMore;
    }

    public void Forget() => next = null;

    private long ReadNext()
    {
        // A due time that is only in memory may be the next.
        counters.WriteDirty();
        return db[SelectNext].Scalar() ?? long.MaxValue;
    }
}
