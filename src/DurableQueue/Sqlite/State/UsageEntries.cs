using DurableQueue.Budgets;

namespace DurableQueue.Sqlite;

/// <summary>
/// What the meters counted, by time: from it a total is worked out anew when its window moves. Starts of meters with room are kept together first, so that
/// a batch of many groups does not change a page for each.
/// </summary>
internal sealed class UsageEntries(WriteContext context)
{
    /// <summary>The most rows that are kept together: a dozen pages.</summary>
    public const int MostRecent = 2_048;

    /// <summary>Moved at once: the callers of that batch wait for it.</summary>
    private const int Chunk = 512;

    /// <summary>What a meter (<c>@id</c>) counted since a time (<c>@from</c>), for readers.</summary>
    public const string OfMeter =
        """
        SELECT at_ms AS AtMs, amount AS Amount FROM budget_entry WHERE meter_id = @id AND at_ms >= @from
        UNION ALL
        SELECT at_ms, amount FROM budget_recent WHERE meter_id = @id AND at_ms >= @from
        """;

    /// <summary>Starts that have left their window, deleted at once.</summary>
    private const int MostSwept = 1_000;

    private const string OrAdd = "ON CONFLICT (meter_id, at_ms) DO UPDATE SET amount = amount + excluded.amount";

    private const string Upsert = $"INSERT INTO budget_entry (meter_id, at_ms, amount) VALUES (@meter, @at, @amount) {OrAdd}";

    private const string UpsertRecent = $"INSERT INTO budget_recent (meter_id, at_ms, amount) VALUES (@meter, @at, @amount) {OrAdd}";

    private const string CountRecent = "SELECT count(*) FROM budget_recent";

    private const string SelectEndOfChunk = "SELECT meter_id FROM budget_recent WHERE meter_id >= @first ORDER BY meter_id LIMIT 1 OFFSET @count";

    private const string OfMeters = "FROM budget_recent WHERE meter_id BETWEEN @first AND @last";

    private const string MoveRecent = $"INSERT INTO budget_entry (meter_id, at_ms, amount) SELECT meter_id, at_ms, amount {OfMeters} {OrAdd}";

    private const string DeleteRecent = $"DELETE {OfMeters}";

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

    /// <summary>How many rows are kept together, or more than that: not counted off are those that are moved for one meter.</summary>
    private int? recent;

    /// <summary>Where the next chunk begins: each meter gets its turn.</summary>
    private long nextToMove;

    /// <summary>Before the commit: writes what the meter has counted in this batch.</summary>
    public void Keep(UsageCounter meter)
    {
        if (meter.Key.Unit != BudgetCap.Starts)
        {
            Write(meter);
        }
        else if (meter.Pending != 0)
        {
            recent = (recent ?? CountRows()) + Add(UpsertRecent, meter, meter.Pending);
            meter.Pending = 0;
            meter.MayHaveRecent = true;
        }
    }

    /// <summary>After the last meter of a batch: makes entries of some if too many are kept together.</summary>
    public void MoveIfMany()
    {
        while (recent > MostRecent)
        {
            var last = context.Db[SelectEndOfChunk].Bind("@first", nextToMove).Bind("@count", Chunk).Scalar() ?? long.MaxValue;
            recent -= Move(nextToMove, last);

            // After the last meter comes the first, and the rows are counted anew.
            (nextToMove, recent) = last == long.MaxValue ? (0, CountRows()) : (last + 1, recent);
        }
    }

    /// <summary>Makes entries of all that is kept together.</summary>
    public void MoveAll()
    {
        Move(0, long.MaxValue);
        recent = 0;
    }

    /// <summary>Somebody else may have written.</summary>
    public void Forget() => recent = null;

    /// <summary>All in the window, oldest first.</summary>
    public IEnumerable<(long AtMs, long Amount)> Read(UsageCounter meter)
    {
        Write(meter);
        var select = context.Db[SelectFrom].Bind("@meter", meter.Id).Bind("@from", meter.FromMs);
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

    /// <summary>What was counted from a time on.</summary>
    public long Sum(UsageCounter meter, long from)
    {
        Write(meter);
        return SumEntries(meter, from, long.MaxValue);
    }

    /// <summary>
    /// Moves the beginning of the window. After a clock went back, what it counted in its future happened now at the latest: so it leaves the window
    /// neither early nor only when the clock is there again.
    /// </summary>
    /// <returns>Whether the meter's row has changed.</returns>
    public bool MoveWindow(UsageCounter meter, long from)
    {
        Write(meter);
        var last = context.Db[SelectLast].Bind("@meter", meter.Id).Scalar() ?? long.MinValue;
        if (last > context.NowMs)
        {
            var ahead = SumEntries(meter, context.NowMs + 1, long.MaxValue);
            context.Db[DeleteFrom].Bind("@meter", meter.Id).Bind("@from", context.NowMs + 1).Run();
            Add(Upsert, meter, ahead);
        }

        if (from > meter.FromMs && last <= context.NowMs)
        {
            meter.Total -= SumEntries(meter, meter.FromMs, from);
        }
        else if (from != meter.FromMs || last > context.NowMs)
        {
            meter.Total = SumEntries(meter, from, long.MaxValue);
        }

        var moved = from != meter.FromMs;
        meter.FromMs = from;
        return moved;
    }

    /// <summary>Deletes what has left the window: some of it, if it is much.</summary>
    public void DeleteOldest(UsageCounter meter) =>
        context.Db[DeleteBefore].Bind("@meter", meter.Id).Bind("@from", meter.FromMs).Bind("@limit", MostSwept).Run();

    /// <summary>Makes an entry of all that the meter has counted.</summary>
    private void Write(UsageCounter meter)
    {
        if (meter.MayHaveRecent)
        {
            Move(meter.Id, meter.Id);
            meter.MayHaveRecent = false;
        }

        if (meter.Pending != 0)
        {
            Add(Upsert, meter, meter.Pending);
            meter.Pending = 0;
        }
    }

    private int CountRows() => (int)context.Db[CountRecent].Scalar()!.Value;

    /// <returns>How many rows are no longer kept together.</returns>
    private int Move(long first, long last) => context.Db[MoveRecent].Bind("@first", first).Bind("@last", last).Run() == 0
        ? 0
        : context.Db[DeleteRecent].Bind("@first", first).Bind("@last", last).Run();

    private long SumEntries(UsageCounter meter, long from, long to) =>
        context.Db[SelectSum].Bind("@meter", meter.Id).Bind("@from", from).Bind("@to", to).Scalar() ?? 0;

    private int Add(string sql, UsageCounter meter, long amount) =>
        context.Db[sql].Bind("@meter", meter.Id).Bind("@at", context.NowMs).Bind("@amount", amount).Run();
}
