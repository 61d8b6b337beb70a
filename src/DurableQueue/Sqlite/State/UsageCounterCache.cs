using System.Globalization;
using DurableQueue.Budgets;

namespace DurableQueue.Sqlite;

/// <summary>The meters in memory: read when they are first asked for, written once a batch.</summary>
/// <param name="context">Theirs.</param>
/// <param name="entries">What they counted.</param>
/// <param name="capOf">The cap that holds for a meter now.</param>
internal sealed class UsageCounterCache(WriteContext context, UsageEntries entries, Func<MeterKey, BudgetCap?> capOf)
{
    private const string SelectByKey =
        """
        SELECT id, from_ms, total, reserved, warned, closed, due_at_ms FROM budget_meter
        WHERE kind = @kind AND key = @key AND name = @name AND unit = @unit
        """;

    private const string SelectById =
        "SELECT id, from_ms, total, reserved, warned, closed, due_at_ms, kind, key, name, unit FROM budget_meter WHERE id = @id";

    private const string Insert = "INSERT INTO budget_meter (kind, key, name, unit, from_ms) VALUES (@kind, @key, @name, @unit, @from)";

    private const string Update =
        """
        UPDATE budget_meter
        SET from_ms = @from, total = @total, reserved = @reserved, warned = @warned, closed = @closed, due_at_ms = @due WHERE id = @id
        """;

    private readonly Dictionary<MeterKey, UsageCounter> byKey = [];
    private readonly Dictionary<long, UsageCounter> byId = [];
    private readonly List<UsageCounter> dirty = [];

    public int Count => byKey.Count;

    /// <summary>The meter, made if there is none.</summary>
    public UsageCounter Get(MeterKey key)
    {
        if (byKey.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Find(key) is { } found)
        {
            return found;
        }

        var cap = capOf(key);
        context.Db[Insert].Bind("@kind", (long)key.Scope)
            .Bind("@key", key.Key)
            .Bind("@name", key.Name)
            .Bind("@unit", key.Unit)
            .Bind("@from", cap is null ? UsageCounter.CountsNothing : cap.Window.StartMs(context.NowMs))
            .Run();
        return Find(key)!;
    }

    public UsageCounter Get(long id)
    {
        if (byId.TryGetValue(id, out var known))
        {
            return known;
        }

        var select = context.Db[SelectById].Bind("@id", id);
        if (!select.Step())
        {
            throw SqliteErrors.Missing("meter", id);
        }

        var key = new MeterKey((BudgetScope)select.Int(7), select.Text(8), select.Text(9), select.Text(10));
        return Read(select, key);
    }

    public void MarkDirty(UsageCounter meter)
    {
        if (!meter.Dirty)
        {
            meter.Dirty = true;
            dirty.Add(meter);
        }
    }

    public void WriteDirty()
    {
        foreach (var meter in dirty)
        {
            entries.Keep(meter);
            context.Db[Update].Bind("@id", meter.Id)
                .Bind("@from", meter.FromMs)
                .Bind("@total", meter.Total)
                .Bind("@reserved", meter.Reserved)
                .Bind("@warned", meter.Warned)
                .Bind("@closed", meter.Closed)
                .Bind("@due", meter.DueAtMs)
                .Run();
            meter.Dirty = false;
        }

        dirty.Clear();
        entries.MoveIfMany();
    }

    public void Forget()
    {
        entries.Forget();
        byKey.Clear();
        byId.Clear();
        dirty.Clear();
    }

    private UsageCounter? Find(MeterKey key)
    {
        var select = context.Db[SelectByKey].Bind("@kind", (long)key.Scope).Bind("@key", key.Key).Bind("@name", key.Name).Bind("@unit", key.Unit);
        return select.Step() ? Read(select, key) : null;
    }

    private UsageCounter Read(Statement row, MeterKey key)
    {
        var meter = new UsageCounter(row.Long(0), key)
        {
            FromMs = row.Long(1),
            Total = row.Long(2),
            Reserved = row.Long(3),
            Warned = row.Bool(4),
            Closed = row.Bool(5),
            DueAtMs = row.NullableLong(6),
        };
        row.Reset();
        meter.Cap = capOf(key);
        if (!byId.TryAdd(meter.Id, meter) || !byKey.TryAdd(key, meter))
        {
            throw SqliteErrors.Contradiction(string.Create(CultureInfo.InvariantCulture, $"meter {meter.Id} is there twice"));
        }

        Align(meter);
        return meter;
    }

    /// <summary>A policy came, went, or has another window than the one by which the meter counted.</summary>
    private void Align(UsageCounter meter)
    {
        var from = meter.Cap is { } cap ? cap.Window.StartMs(context.NowMs) : UsageCounter.CountsNothing;
        if (meter.Cap is null ? meter.FromMs == from : meter.FromMs <= from)
        {
            return;
        }

        meter.FromMs = from;
        meter.Total = meter.Cap is null ? 0 : entries.Sum(meter, meter.FromMs);
        MarkDirty(meter);
    }
}
