using DurableQueue.Budgets;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Stores the policy of a target, or deletes it.</summary>
/// <param name="target">What the policy is for.</param>
/// <param name="policy">The policy; <see langword="null"/> deletes it.</param>
internal sealed class WriteBudget(BudgetTarget target, StoredPolicy? policy) : WriteOperation<bool>
{
    private const string Delete = "DELETE FROM budget WHERE kind = @kind AND key = @key AND every = @every AND name = @name";

    private const string Insert =
        """
        INSERT INTO budget (kind, key, every, name, rate, rate_window_ms, cost, cost_unit, cost_period, cost_window_ms, cost_zone, estimate, refuses)
        VALUES (@kind, @key, @every, @name, @rate, @rateWindow, @cost, @unit, @period, @costWindow, @zone, @estimate, @refuses)
        """;

    /// <returns>Whether there was one.</returns>
    protected override bool Execute(WriteContext context)
    {
        var existed = Bind(context.Db[Delete]).Run() > 0;
        if (policy is not null)
        {
            Bind(context.Db[Insert])
                .Bind("@rate", policy.Rate)
                .Bind("@rateWindow", policy.RateWindowMs)
                .Bind("@cost", policy.Cost)
                .Bind("@unit", policy.CostUnit)
                .Bind("@period", (long)policy.CostPeriod)
                .Bind("@costWindow", policy.CostWindowMs)
                .Bind("@zone", policy.CostZone)
                .Bind("@estimate", policy.Estimate)
                .Bind("@refuses", policy.Refuses)
                .Run();
        }

        context.Budgets.PolicyChanged();
        return existed;
    }

    private Statement Bind(Statement statement) =>
        statement.Bind("@kind", (long)target.Scope).Bind("@key", target.Key ?? "").Bind("@every", target.IsDefault).Bind("@name", target.Name ?? "");
}
