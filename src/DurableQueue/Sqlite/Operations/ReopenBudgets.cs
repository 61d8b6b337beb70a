using DurableQueue.Storage;

namespace DurableQueue.Sqlite.Operations;

/// <summary>After a policy changed: reviews a chunk of the usage counters that it is about.</summary>
/// <param name="target">What the policy is for.</param>
/// <param name="after">The last counter of the chunk before; <see langword="null"/> for the first chunk.</param>
internal sealed class ReopenBudgets(BudgetTarget target, UsagePlace? after) : WriteOperation<UsagePlace?>
{
    private const string SelectOfTarget = "SELECT id, name, unit FROM budget_meter WHERE kind = @kind AND key = @key AND name = @name";

    private const string SelectFirst =
        "SELECT id, name, unit FROM budget_meter WHERE kind = @kind AND key = @key ORDER BY name, unit LIMIT @limit";

    private const string SelectNext =
        """
        SELECT id, name, unit FROM budget_meter
        WHERE kind = @kind AND key = @key AND (name, unit) > (@name, @unit) ORDER BY name, unit LIMIT @limit
        """;

    /// <returns>The last counter of the chunk; <see langword="null"/> if there is no other.</returns>
    protected override UsagePlace? Execute(WriteContext context)
    {
        var found = new List<(long Id, UsagePlace Place)>();
        var select = Bind(context);
        while (select.Step())
        {
            found.Add((select.Long(0), new UsagePlace(select.Text(1), select.Text(2))));
        }

        var left = BudgetReopening.Most;
        foreach (var (id, _) in found)
        {
            left -= context.Budgets.Reopening.Reopen(context.Budgets.Counters.Get(id), left);
        }

        return target.IsDefault && found.Count == BudgetDueTimes.Most ? found[^1].Place : null;
    }

    private Statement Bind(WriteContext context)
    {
        var select = context.Db[!target.IsDefault ? SelectOfTarget : after is null ? SelectFirst : SelectNext]
            .Bind("@kind", (long)target.Scope)
            .Bind("@key", target.Key ?? "");
        if (target.Name is { } name)
        {
            return select.Bind("@name", name);
        }

        if (after is { } place)
        {
            select.Bind("@name", place.Name).Bind("@unit", place.Unit);
        }

        return select.Bind("@limit", BudgetDueTimes.Most);
    }
}
