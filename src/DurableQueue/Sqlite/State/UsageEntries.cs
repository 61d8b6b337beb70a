using DurableQueue.Budgets;

namespace DurableQueue.Sqlite;

/// <summary>
/// What the usage counters have counted, by time: the total is worked out from it when the window moves. Starts on counters with room first go to a table
/// of recent rows that all counters share, so that a batch that starts tasks of many groups does not change a page for each of them.
/// </summary>
internal sealed class UsageEntries(WriteConnection db, WriteClock clock)
{
    /// <summary>How many recent rows there may be after a batch: about a dozen pages.</summary>
    public const int MostRecent = 2_048;

    /// <summary>How many recent rows a batch moves at once: its callers wait for it.</summary>
    private const int Chunk = 512;

    /// <summary>What a counter (<c>@id</c>) has counted since a time (<c>@from</c>), for readers.</summary>
    public const string OfCounter =
        """
        SELECT at_ms AS AtMs, amount AS Amount FROM budget_entry WHERE meter_id = @id AND at_ms >= @from
        UNION ALL
        SELECT at_ms, amount FROM budget_recent WHERE meter_id = @id AND at_ms >= @from
        """;

    /// <summary>How many starts that have left their window are deleted at once.</summary>
    private const int MostSwept = 1_000;

    private const string OrAdd = "ON CONFLICT (meter_id, at_ms) DO UPDATE SET amount = amount + excluded.amount";

    private const string Upsert = $"INSERT INTO budget_entry (meter_id, at_ms, amount) VALUES (@meter, @at, @amount) {OrAdd}";

    private const string UpsertRecent = $"INSERT INTO budget_recent (meter_id, at_ms, amount) VALUES (@meter, @at, @amount) {OrAdd}";

    private const string CountRecent = "SELECT count(*) FROM budget_recent";

    private const string SelectEndOfChunk = "SELECT meter_id FROM budget_recent WHERE meter_id >= @first ORDER BY meter_id LIMIT 1 OFFSET @count";

    private const string OfCounters = "FROM budget_recent WHERE meter_id BETWEEN @first AND @last";

    private const string MoveRecent = $"INSERT INTO budget_entry (meter_id, at_ms, amount) SELECT meter_id, at_ms, amount {OfCounters} {OrAdd}";

    private const string DeleteRecent = $"DELETE {OfCounters}";

    private const string SelectSum =
        "SELECT coalesce(sum(amount), 0) FROM budget_entry WHERE meter_id = @meter AND at_ms >= @from AND at_ms < @to";

    private const string SelectLast = "SELECT max(at_ms) FROM budget_entry WHERE meter_id = @meter";

    private const string SelectFrom = "SELECT at_ms, amount FROM budget_entry WHERE meter_id = @meter AND at_ms >= @from ORDER BY at_ms";

    private const string DeleteFrom = "DELETE FROM budget_entry WHERE meter_id = @meter AND at_ms >= @from";

    private const string DeleteBefore =
        """
        DELETE FROM budget_entry
        WHERE meter_id = @meter AND at_ms IN (
          SELECT at_ms FROM budget_entry WHERE meter_id = @meter AND at_ms < @from ORDER BY at_ms LIMIT @limit)
        """;

    /// <summary>The number of recent rows, or more: those that are moved for one counter are not subtracted.</summary>
    private int? recentRows;

    /// <summary>The counter at which the next chunk begins: each gets its turn.</summary>
    private long nextToMove;

    /// <summary>Before the commit: writes what the counter has counted in this batch.</summary>
    public void Keep(UsageCounter counter)
    {
        if (counter.Key.Unit != BudgetCap.Starts)
        {
            Write(counter);
        }
        else if (counter.Pending != 0)
        {
            recentRows = (recentRows ?? CountRows()) + Add(UpsertRecent, counter, counter.Pending);
            counter.Pending = 0;
            counter.MayHaveRecent = true;
        }
    }

    /// <summary>After the last counter of a batch: makes entries of recent rows if there are too many.</summary>
    public void MoveIfMany()
    {
        while (recentRows > MostRecent)
        {
            var last = db[SelectEndOfChunk].Bind("@first", nextToMove).Bind("@count", Chunk).Scalar() ?? long.MaxValue;
            recentRows -= Move(nextToMove, last);

            // After the last counter comes the first, and the rows are counted again.
            (nextToMove, recentRows) = last == long.MaxValue ? (0, CountRows()) : (last + 1, recentRows);
        }
    }

    /// <summary>Makes entries of all recent rows.</summary>
    public void MoveAll()
    {
        Move(0, long.MaxValue);
        recentRows = 0;
    }

    /// <summary>Another process may have written.</summary>
    public void Forget() => recentRows = null;

    /// <summary>The entries in the window, oldest first.</summary>
    public IEnumerable<(long AtMs, long Amount)> Read(UsageCounter counter)
    {
        Write(counter);
        var select = db[SelectFrom].Bind("@meter", counter.Id).Bind("@from", counter.FromMs);
        try
        {
            while (select.Step())
            {
                yield return (select.Long(0), select.Long(1));
            }
        }
        finally
        {
            select.Reset();
        }
    }

    /// <summary>What was counted since a time.</summary>
    public long Sum(UsageCounter counter, long from)
    {
        Write(counter);
        return SumEntries(counter, from, long.MaxValue);
    }

    /// <summary>
    /// Moves the start of the window. If the clock was set back, what was counted in what is now the future is dated to now: it then leaves the window
    /// neither early nor only when the clock gets there again.
    /// </summary>
    /// <returns>Whether the row of the counter has changed.</returns>
    public bool MoveWindow(UsageCounter counter, long from)
    {
        Write(counter);
        var last = db[SelectLast].Bind("@meter", counter.Id).Scalar() ?? long.MinValue;
        if (last > clock.NowMs)
        {
            var ahead = SumEntries(counter, clock.NowMs + 1, long.MaxValue);
            db[DeleteFrom].Bind("@meter", counter.Id).Bind("@from", clock.NowMs + 1).Run();
            Add(Upsert, counter, ahead);
        }

        if (from > counter.FromMs && last <= clock.NowMs)
        {
            counter.Total -= SumEntries(counter, counter.FromMs, from);
        }
        else if (from != counter.FromMs || last > clock.NowMs)
        {
            counter.Total = SumEntries(counter, from, long.MaxValue);
        }

        var moved = from != counter.FromMs;
        counter.FromMs = from;
        return moved;
    }

    /// <summary>Deletes the oldest entries that have left the window, at most a thousand.</summary>
    public void DeleteOldest(UsageCounter counter) =>
        db[DeleteBefore].Bind("@meter", counter.Id).Bind("@from", counter.FromMs).Bind("@limit", MostSwept).Run();

    /// <summary>Makes entries of all that the counter has counted.</summary>
    private void Write(UsageCounter counter)
    {
        if (counter.MayHaveRecent)
        {
            Move(counter.Id, counter.Id);
            counter.MayHaveRecent = false;
        }

        if (counter.Pending != 0)
        {
            Add(Upsert, counter, counter.Pending);
            counter.Pending = 0;
        }
    }

    private int CountRows() => (int)db[CountRecent].Scalar()!.Value;

    /// <returns>How many recent rows became entries.</returns>
    private int Move(long first, long last) => db[MoveRecent].Bind("@first", first).Bind("@last", last).Run() == 0
        ? 0
        : db[DeleteRecent].Bind("@first", first).Bind("@last", last).Run();

    private long SumEntries(UsageCounter counter, long from, long to) =>
        db[SelectSum].Bind("@meter", counter.Id).Bind("@from", from).Bind("@to", to).Scalar() ?? 0;

    private int Add(string sql, UsageCounter counter, long amount) =>
        db[sql].Bind("@meter", counter.Id).Bind("@at", clock.NowMs).Bind("@amount", amount).Run();
}
