using System.Globalization;
using DurableQueue.Budgets;

namespace DurableQueue.Sqlite;

/// <summary>The usage counters in memory: read when one is first needed, counted on, and written once a batch, as groups are.</summary>
internal sealed class UsageCounterCache(WriteConnection db, WriteClock clock, UsageEntries entries, BudgetPolicies policies)
{
    private const int MostKept = 100_000;

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

    private readonly Dictionary<CounterKey, UsageCounter> byKey = [];
    private readonly Dictionary<long, UsageCounter> byId = [];
    private readonly List<UsageCounter> dirty = [];

    /// <summary>Changed since they were last reviewed.</summary>
    public List<UsageCounter> Touched { get; } = [];

    public bool IsFull => byKey.Count > MostKept;

    /// <summary>The counter, created if there is none.</summary>
    public UsageCounter Get(CounterKey key)
    {
        if (byKey.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Find(key) is { } found)
        {
            return found;
        }

        var cap = policies.Current.CapOf(key);
        db[Insert].Bind("@kind", (long)key.Scope)
            .Bind("@key", key.Key)
            .Bind("@name", key.Name)
            .Bind("@unit", key.Unit)
            .Bind("@from", cap is null ? UsageCounter.CountsNothing : cap.Window.StartMs(clock.NowMs))
            .Run();
        return Find(key)!;
    }

    public UsageCounter Get(long id)
    {
        if (byId.TryGetValue(id, out var known))
        {
            return known;
        }

        var select = db[SelectById].Bind("@id", id);
        if (!select.Step())
        {
            throw SqliteErrors.Missing("usage counter", id);
        }

        var key = new CounterKey((BudgetScope)select.Int(7), select.Text(8), select.Text(9), select.Text(10));
        return Read(select, key);
    }

    /// <summary>Counts a start, or money that was spent.</summary>
    public void Add(UsageCounter counter, long amount)
    {
        if (counter.Cap is not null)
        {
            if (clock.NowMs < counter.FromMs)
            {
                Advance(counter);
            }

            counter.Total += amount;
        }

        counter.Pending += amount;
        Touch(counter);
    }

    /// <summary>Reserves an amount, or releases it if it is negative.</summary>
    public void Reserve(UsageCounter counter, long amount)
    {
        counter.Reserved += amount;
        Touch(counter);
    }

    /// <summary>Moves the window of a counter with a cap to now, and deletes starts that have left it.</summary>
    public void Advance(UsageCounter counter)
    {
        MoveWindow(counter, counter.Cap!);
        if (counter.Cap!.IsRate)
        {
            entries.DeleteOldest(counter);
        }
    }

    /// <summary>Moves the windows of counters to now.</summary>
    public void MoveWindows(IEnumerable<UsageCounter> counters)
    {
        foreach (var counter in counters)
        {
            if (counter.Cap is { } cap)
            {
                MoveWindow(counter, cap);
            }
        }
    }

    /// <summary>The counter changed in a way that may open or close something.</summary>
    public void Touch(UsageCounter counter)
    {
        MarkDirty(counter);
        if (!counter.Touched)
        {
            counter.Touched = true;
            Touched.Add(counter);
        }
    }

    public void MarkDirty(UsageCounter counter)
    {
        if (!counter.Dirty)
        {
            counter.Dirty = true;
            dirty.Add(counter);
        }
    }

    public void WriteDirty()
    {
        foreach (var counter in dirty)
        {
            entries.Keep(counter);
            db[Update].Bind("@id", counter.Id)
                .Bind("@from", counter.FromMs)
                .Bind("@total", counter.Total)
                .Bind("@reserved", counter.Reserved)
                .Bind("@warned", counter.Warned)
                .Bind("@closed", counter.Closed)
                .Bind("@due", counter.DueAtMs)
                .Run();
            counter.Dirty = false;
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
        Touched.Clear();
    }

    private void MoveWindow(UsageCounter counter, BudgetCap cap)
    {
        if (entries.MoveWindow(counter, cap.Window.StartMs(clock.NowMs)))
        {
            MarkDirty(counter);
        }
    }

    private UsageCounter? Find(CounterKey key)
    {
        var select = db[SelectByKey].Bind("@kind", (long)key.Scope).Bind("@key", key.Key).Bind("@name", key.Name).Bind("@unit", key.Unit);
        return select.Step() ? Read(select, key) : null;
    }

    private UsageCounter Read(Statement row, CounterKey key)
    {
        var counter = new UsageCounter(row.Long(0), key)
        {
            FromMs = row.Long(1),
            Total = row.Long(2),
            Reserved = row.Long(3),
            Warned = row.Bool(4),
            Closed = row.Bool(5),
            DueAtMs = row.NullableLong(6),
        };
        row.Reset();
        counter.Cap = policies.Current.CapOf(key);
        if (!byId.TryAdd(counter.Id, counter) || !byKey.TryAdd(key, counter))
        {
            throw SqliteErrors.Contradiction(string.Create(CultureInfo.InvariantCulture, $"usage counter {counter.Id} is there twice"));
        }

        Align(counter);
        return counter;
    }

    /// <summary>Since it last counted, a policy may have come, gone, or got another window.</summary>
    private void Align(UsageCounter counter)
    {
        var from = counter.Cap is { } cap ? cap.Window.StartMs(clock.NowMs) : UsageCounter.CountsNothing;
        if (counter.Cap is null ? counter.FromMs == from : counter.FromMs <= from)
        {
            return;
        }

        counter.FromMs = from;
        counter.Total = counter.Cap is null ? 0 : entries.Sum(counter, counter.FromMs);
        MarkDirty(counter);
    }
}
