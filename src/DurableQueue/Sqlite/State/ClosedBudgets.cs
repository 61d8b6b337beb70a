using DurableQueue.Budgets;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>The groups and types that are closed because a counter of theirs is used up. Of these only a forced task starts.</summary>
internal sealed class ClosedBudgets(
    WriteConnection db, GroupCache groups, LaneCache lanes, BatchEffects effects, UsageCounterCache counters, BudgetPolicies policies)
{
    private const string SelectTypes =
        $"SELECT name FROM budget_meter INDEXED BY budget_meter_closed WHERE closed = 1 AND kind = {BudgetScopeCode.Type}";

    private HashSet<long>? types;

    /// <summary>The closed types.</summary>
    public HashSet<long> Types => types ??= policies.AreInUse ? ReadTypes() : [];

    /// <summary>Closes or opens what a counter is about.</summary>
    public void Set(UsageCounter counter, bool closed)
    {
        counter.Closed = closed;
        counters.MarkDirty(counter);
        if (counter.Key.Scope == BudgetScope.Type && lanes.Types.Find(counter.Key.Name) is { } type)
        {
            SetType(type, counter);
        }
        else if (counter.Key.Scope == BudgetScope.Group && groups.FindRow(counter.Key.Name) is { } group)
        {
            groups.SetOverBudget(group, closed || IsClosedByAnother(counter));
        }
    }

    public void Forget() => types = null;

    private void SetType(long type, UsageCounter counter)
    {
        if (counter.Closed)
        {
            Types.Add(type);
        }
        else if (!IsClosedByAnother(counter))
        {
            Types.Remove(type);

            // Its lanes were runnable all the time: no change of a lane says that there is work.
            effects.Ready = true;
        }
    }

    /// <summary>A group or type has at most two counters with caps: for starts, and for one unit of money.</summary>
    private bool IsClosedByAnother(UsageCounter counter)
    {
        var caps = policies.Current.Find(counter.Key.Scope, counter.Key.Key, counter.Key.Name);
        return IsClosedBy(caps?.Rate, counter) || IsClosedBy(caps?.Cost, counter);
    }

    private bool IsClosedBy(BudgetCap? cap, UsageCounter otherThan) =>
        cap is not null && cap.Unit != otherThan.Key.Unit && counters.Get(otherThan.Key with { Unit = cap.Unit }).Closed;

    private HashSet<long> ReadTypes()
    {
        var names = new List<string>();
        var select = db[SelectTypes];
        while (select.Step())
        {
            names.Add(select.Text(0));
        }

        return [.. names.Select(lanes.Types.Find).OfType<long>()];
    }
}
