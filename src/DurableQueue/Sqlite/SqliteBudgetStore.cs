using System.Globalization;
using DurableQueue.Budgets;
using DurableQueue.Queueing;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Policies of budgets, charges, and what was used.</summary>
internal sealed class SqliteBudgetStore(Writer writer, Readers readers, TimeProvider time) : IBudgetStore
{
    /// <summary>Days of all time zones begin at a quarter of an hour of UTC: sums of quarters are enough to make any days of.</summary>
    private const string SelectUsage =
        """
        SELECT m.kind AS Kind, m.key AS Key, m.name AS Name, m.unit AS Unit, e.at_ms / 900000 AS Quarter, sum(e.amount) AS Amount
        FROM budget_meter m CROSS JOIN budget_entry e ON e.meter_id = m.id
        WHERE m.unit <> '' AND e.at_ms >= @from AND e.at_ms < @to
        """;

    private const string ByQuarter = " GROUP BY m.id, e.at_ms / 900000";

    private const string SelectPolicies =
        """
        SELECT kind AS Kind, key AS Key, every AS Every, name AS Name, rate AS Rate, rate_window_ms AS RateWindowMs, cost AS Cost, cost_unit AS CostUnit,
               cost_period AS CostPeriod, cost_window_ms AS CostWindowMs, cost_zone AS CostZone, estimate AS Estimate, refuses AS Refuses
        FROM budget
        """;

    private const string InOrder = " ORDER BY kind, key, every DESC, name";

    private const string OfTarget = " WHERE kind = @kind AND key = @key AND every = @every AND name = @name";

    private const string SelectCounters =
        "SELECT id AS Id, kind AS Kind, key AS Key, name AS Name, unit AS Unit, reserved AS Reserved FROM budget_meter";

    private const string OfOne = " WHERE kind = @kind AND key = @key AND name = @name";

    private const string SelectEntries = $"{UsageEntries.OfCounter} ORDER BY 1";

    private const string SumEntries = $"SELECT coalesce(sum(Amount), 0), max(AtMs) FROM ({UsageEntries.OfCounter})";

    private const string CountParked = "SELECT count(*) FROM budget_parked WHERE meter_id = @id";

    private const string SelectCharges =
        """
        SELECT token AS Token, key AS Key, unit AS Unit, amount AS Amount, tags AS Tags, at_ms AS AtMs
        FROM budget_charge WHERE task_id = @id
        """;

    private const string SelectExists = "SELECT EXISTS (SELECT 1 FROM task WHERE id = @id)";

    public ValueTask<bool> WriteAsync(BudgetTarget target, StoredPolicy? policy, CancellationToken cancellationToken) =>
        writer.RunAsync(new WriteBudget(target, policy), cancellationToken);

    public ValueTask<UsagePlace?> ReopenAsync(BudgetTarget target, UsagePlace? after, CancellationToken cancellationToken) =>
        writer.RunAsync(new ReopenBudgets(target, after), cancellationToken);

    public ValueTask<IReadOnlyList<Budget>> ReadPoliciesAsync(CancellationToken cancellationToken) => readers.ReadAsync(
        IReadOnlyList<Budget> (SqliteConnection connection) =>
            [.. connection.ReadRows<PolicyRow>(SelectPolicies + InOrder).Select(row => new Budget(row.ToTarget(), row.ToStored().ToPolicy()))],
        cancellationToken);

    public ValueTask<BudgetStatus> ReadStatusAsync(BudgetTarget target, CancellationToken cancellationToken) => readers.ReadAsync(
        connection =>
        {
            var counters = connection.ReadRows<CounterRow>(
                SelectCounters + OfOne, s => s.Bind("@kind", (long)target.Scope).Bind("@key", target.Key ?? "").Bind("@name", target.Name));
            return ReadStatus(connection, target, counters);
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<BudgetStatus>> ReadStatusesAsync(bool usedUpOnly, int limit, CancellationToken cancellationToken) => readers.ReadAsync(
        IReadOnlyList<BudgetStatus> (SqliteConnection connection) =>
            connection.ReadRows<CounterRow>(SelectCounters) is { Count: > 0 } counters
                ? [.. ReadStatuses(connection, counters).Where(status => status.IsUsedUp || !usedUpOnly).Take(limit)]
                : [],
        cancellationToken);

    public ValueTask<ChargeResult> ChargeAsync(Lease lease, CheckedCharge charge, CancellationToken cancellationToken) =>
        writer.RunAsync(new ChargeCost(lease, charge.Key, charge.Unit, charge.Amount, charge.TagsJson), cancellationToken);

    public ValueTask<IReadOnlyList<CostCharge>> ReadChargesAsync(TaskId id, CancellationToken cancellationToken) => readers.ReadAsync(
        IReadOnlyList<CostCharge> (SqliteConnection connection) =>
            connection.ReadNumber(SelectExists, s => s.Bind("@id", id.Value)) == 1
                ? [.. connection.ReadRows<ChargeRow>(SelectCharges, s => s.Bind("@id", id.Value)).OrderBy(row => (row.Token, row.AtMs)).Select(row => row.ToCharge())]
                : throw new TaskNotFoundException(id),
        cancellationToken);

    public ValueTask<IReadOnlyList<UsageOfQuarter>> ReadUsageAsync(CheckedUsageQuery query, CancellationToken cancellationToken)
    {
        var (conditions, parameters) = Narrow(query);
        return readers.ReadAsync(
            IReadOnlyList<UsageOfQuarter> (SqliteConnection connection) =>
                [.. connection.ReadRows<UsageRow>(SelectUsage + conditions + ByQuarter, s => s.Bind(parameters)).Select(row => row.ToUsage())],
            cancellationToken);
    }

    public ValueTask<PruneProgress> PruneUsageAsync(long beforeMs, long after, CancellationToken cancellationToken) =>
        writer.RunAsync(new PruneUsage(beforeMs, after), cancellationToken);

    private static (string Conditions, Dictionary<string, object?> Parameters) Narrow(CheckedUsageQuery query)
    {
        var parameters = new Dictionary<string, object?> { ["@from"] = query.FromMs, ["@to"] = query.ToMs };
        var conditions = "";
        if (query.Target is { } target)
        {
            conditions += " AND m.kind = @kind AND m.key = @key";
            parameters["@kind"] = (long)target.Scope;
            parameters["@key"] = target.Key ?? "";
            if (!target.IsDefault)
            {
                conditions += " AND m.name = @name";
                parameters["@name"] = target.Name;
            }
        }

        if (query.Unit is not null)
        {
            conditions += " AND m.unit = @unit";
            parameters["@unit"] = query.Unit;
        }

        return (conditions, parameters);
    }

    private IEnumerable<BudgetStatus> ReadStatuses(SqliteConnection connection, List<CounterRow> counters) => counters
        .GroupBy(counter => (counter.Kind, counter.Key, counter.Name))
        .OrderBy(of => of.Key.Kind).ThenBy(of => of.Key.Key, StringComparer.Ordinal).ThenBy(of => of.Key.Name, StringComparer.Ordinal)
        .Select(of => ReadStatus(connection, of.First().ToTarget(), [.. of]));

    private BudgetStatus ReadStatus(SqliteConnection connection, BudgetTarget target, IReadOnlyList<CounterRow> counters)
    {
        var policy = Find(connection, target, target.Name) ?? Find(connection, target, null);
        return new BudgetStatus
        {
            Target = target,
            Policy = policy?.ToPolicy(),
            Rate = policy?.RateCap is { } rate ? ReadCounter(connection, rate, counters) : null,
            Cost = policy?.CostCap is { } cost ? ReadCounter(connection, cost, counters) : null,
            Parked = counters.Sum(counter => connection.ReadNumber(CountParked, s => s.Bind("@id", counter.Id)) ?? 0),
        };
    }

    private static StoredPolicy? Find(SqliteConnection connection, BudgetTarget target, string? name) =>
        connection.ReadFirst<PolicyRow>(
            SelectPolicies + OfTarget,
            s => s.Bind("@kind", (long)target.Scope).Bind("@key", target.Key ?? "").Bind("@every", name is null).Bind("@name", name ?? ""))?.ToStored();

    private BudgetMeter ReadCounter(SqliteConnection connection, BudgetCap cap, IReadOnlyList<CounterRow> counters)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var counter = counters.FirstOrDefault(row => row.Unit == cap.Unit) ?? new CounterRow();
        using var sum = Bind(new Statement(connection, SumEntries));
        sum.Step();
        return new BudgetReading(sum.Long(0), counter.Reserved, sum.NullableLong(1)).Measure(cap, ReadEntries(), now);

        Statement Bind(Statement statement) => statement.Bind("@id", counter.Id).Bind("@from", cap.Window.StartMs(now));

        IEnumerable<(long AtMs, long Amount)> ReadEntries()
        {
            using var entries = Bind(new Statement(connection, SelectEntries));
            while (entries.Step())
            {
                yield return (entries.Long(0), entries.Long(1));
            }
        }
    }

    private abstract class ScopeRow
    {
        public int Kind { get; init; }

        public string Key { get; init; } = "";

        public string Name { get; init; } = "";

        public BudgetTarget ToTarget() => new CounterKey((BudgetScope)Kind, Key, Name, "").ToTarget();
    }

    private sealed class CounterRow : ScopeRow, IStoredRow<CounterRow>
    {
        public long Id { get; init; }

        public string Unit { get; init; } = "";

        public long Reserved { get; init; }

        public static CounterRow Read(StoredCells cells) => new()
        {
            Id = cells.Long(),
            Kind = cells.Int(),
            Key = cells.Text(),
            Name = cells.Text(),
            Unit = cells.Text(),
            Reserved = cells.Long(),
        };
    }

    private sealed class UsageRow : ScopeRow, IStoredRow<UsageRow>
    {
        private const int QuarterMs = 900_000;

        public string Unit { get; init; } = "";

        public long Quarter { get; init; }

        public long Amount { get; init; }

        public static UsageRow Read(StoredCells cells) => new()
        {
            Kind = cells.Int(),
            Key = cells.Text(),
            Name = cells.Text(),
            Unit = cells.Text(),
            Quarter = cells.Long(),
            Amount = cells.Long(),
        };

        public UsageOfQuarter ToUsage() => new(ToTarget(), Unit, Quarter * QuarterMs, Amount);
    }

    private sealed class PolicyRow : IStoredRow<PolicyRow>
    {
        public int Kind { get; init; }

        public string Key { get; init; } = "";

        public bool Every { get; init; }

        public string Name { get; init; } = "";

        public long Rate { get; init; }

        public long RateWindowMs { get; init; }

        public long Cost { get; init; }

        public string CostUnit { get; init; } = "";

        public int CostPeriod { get; init; }

        public long CostWindowMs { get; init; }

        public string CostZone { get; init; } = "";

        public long Estimate { get; init; }

        public bool Refuses { get; init; }

        public static PolicyRow Read(StoredCells cells) => new()
        {
            Kind = cells.Int(),
            Key = cells.Text(),
            Every = cells.Bool(),
            Name = cells.Text(),
            Rate = cells.Long(),
            RateWindowMs = cells.Long(),
            Cost = cells.Long(),
            CostUnit = cells.Text(),
            CostPeriod = cells.Int(),
            CostWindowMs = cells.Long(),
            CostZone = cells.Text(),
            Estimate = cells.Long(),
            Refuses = cells.Bool(),
        };

        public BudgetTarget ToTarget() => (BudgetScope)Kind switch
        {
            BudgetScope.Group => Every ? BudgetTarget.EveryGroup : BudgetTarget.Group(Name),
            BudgetScope.Type => Every ? BudgetTarget.EveryType : BudgetTarget.Type(Name),
            BudgetScope.Command => BudgetTarget.Command(Name),
            _ => Every ? BudgetTarget.EveryValue(Key) : BudgetTarget.Value(Key, Name),
        };

        public StoredPolicy ToStored() => new()
        {
            Rate = Rate,
            RateWindowMs = RateWindowMs,
            Cost = Cost,
            CostUnit = CostUnit,
            CostPeriod = (BudgetPeriod)CostPeriod,
            CostWindowMs = CostWindowMs,
            CostZone = CostZone,
            Estimate = Estimate,
            Refuses = Refuses,
        };
    }

    private sealed class ChargeRow : IStoredRow<ChargeRow>
    {
        public long Token { get; init; }

        public string Key { get; init; } = "";

        public string Unit { get; init; } = "";

        public long Amount { get; init; }

        public string? Tags { get; init; }

        public long AtMs { get; init; }

        public static ChargeRow Read(StoredCells cells) => new()
        {
            Token = cells.Long(),
            Key = cells.Text(),
            Unit = cells.Text(),
            Amount = cells.Long(),
            Tags = cells.NullableText(),
            AtMs = cells.Long(),
        };

        public CostCharge ToCharge() => new()
        {
            Token = Token,
            Key = Key,
            Cost = new Cost(Amounts.FromStored(Amount), Unit),
            At = Times.FromMs(AtMs),
            Tags = StoredJson.ReadMetadata(Tags),
        };
    }
}
