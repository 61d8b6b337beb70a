namespace DurableQueue.Sqlite;

/// <summary>What the meters counted, by time: from it a total is worked out anew when its window moves.</summary>
internal sealed class MeterEntries(WriteSession session)
{
    /// <summary>Starts that have left their window, deleted at once.</summary>
    private const int MostSwept = 1_000;

    private const string Upsert =
        """
        INSERT INTO budget_entry (meter_id, at_ms, amount) VALUES (@meter, @at, @amount)
        ON CONFLICT (meter_id, at_ms) DO UPDATE SET amount = amount + excluded.amount
        """;

    private const string SelectSum =
        "SELECT coalesce(sum(amount), 0) FROM budget_entry WHERE meter_id = @meter AND at_ms >= @from AND at_ms < @to";

    private const string SelectLast = "SELECT max(at_ms) FROM budget_entry WHERE meter_id = @meter";

    private const string SelectFrom = "SELECT at_ms, amount FROM budget_entry WHERE meter_id = @meter AND at_ms >= @from ORDER BY at_ms";

    private const string DeleteFrom = "DELETE FROM budget_entry WHERE meter_id = @meter AND at_ms >= @from";

    private const string DeleteOldest =
        """
        DELETE FROM budget_entry
        WHERE meter_id = @meter AND at_ms IN (
          SELECT at_ms FROM budget_entry WHERE meter_id = @meter AND at_ms < @from ORDER BY at_ms LIMIT @limit)
        """;

    /// <summary>Writes what the meter has counted in this batch.</summary>
    public void Write(MeterState meter)
    {
        if (meter.Pending != 0)
        {
            Add(meter, meter.Pending);
            meter.Pending = 0;
        }
    }

    /// <summary>All in the window, oldest first.</summary>
    public IEnumerable<(long AtMs, long Amount)> Read(MeterState meter)
    {
        var select = session.Db[SelectFrom].Bind("@meter", meter.Id).Bind("@from", meter.FromMs);
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

    public long Sum(MeterState meter, long from, long to) =>
        session.Db[SelectSum].Bind("@meter", meter.Id).Bind("@from", from).Bind("@to", to).Scalar() ?? 0;

    /// <summary>
    /// Moves the beginning of the window. After a clock went back, what it counted in its future happened now at the latest: so it leaves the window
    /// neither early nor only when the clock is there again.
    /// </summary>
    /// <returns>Whether the meter's row has changed.</returns>
    public bool MoveWindow(MeterState meter, long from)
    {
        Write(meter);
        var last = session.Db[SelectLast].Bind("@meter", meter.Id).Scalar() ?? long.MinValue;
        if (last > session.NowMs)
        {
            var ahead = Sum(meter, session.NowMs + 1, long.MaxValue);
            session.Db[DeleteFrom].Bind("@meter", meter.Id).Bind("@from", session.NowMs + 1).Run();
            Add(meter, ahead);
        }

        if (from > meter.FromMs && last <= session.NowMs)
        {
            meter.Total -= Sum(meter, meter.FromMs, from);
        }
        else if (from != meter.FromMs || last > session.NowMs)
        {
            meter.Total = Sum(meter, from, long.MaxValue);
        }

        var moved = from != meter.FromMs;
        meter.FromMs = from;
        if (meter.Cap!.IsRate)
        {
            session.Db[DeleteOldest].Bind("@meter", meter.Id).Bind("@from", from).Bind("@limit", MostSwept).Run();
        }

        return moved;
    }

    private void Add(MeterState meter, long amount) =>
        session.Db[Upsert].Bind("@meter", meter.Id).Bind("@at", session.NowMs).Bind("@amount", amount).Run();
}
