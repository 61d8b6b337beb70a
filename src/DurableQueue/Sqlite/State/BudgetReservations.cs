using DurableQueue.Budgets;
using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>What attempts cost: reserved when they start, charged while they run, and released or charged when they end.</summary>
internal sealed class BudgetReservations(
    WriteConnection db, BudgetPolicies policies, UsageCounterCache counters, CostRecords costs, BudgetReopening reopening)
{
    private const string SelectPayload = "SELECT payload FROM task_body WHERE id = @id";

    private const string SelectMetadata = "SELECT metadata FROM task_body WHERE id = @id";

    /// <summary>Stores what a new task is expected to cost.</summary>
    public void SaveEstimate(TaskId id, string unit, long amount)
    {
        costs.AddEstimate(id, unit, amount);
        policies.NoteEstimate();
    }

    /// <summary>An attempt starts.</summary>
    public void Reserve(Lease lease, UsageCounter counter, long amount)
    {
        policies.NoteEstimate();
        costs.AddReservation(lease, counter, amount);
        counters.Reserve(counter, amount);
        FaultPoint.Reach("budget.reserved");
    }

    /// <summary>Charges an attempt, unless it was charged with this key before.</summary>
    /// <returns>False if it was.</returns>
    public bool Charge(TaskId id, LaneState lane, long token, string key, string unit, long amount, string? tags)
    {
        if (!costs.TryAddCharge(id, token, key, unit, amount, tags))
        {
            return false;
        }

        FaultPoint.Reach("budget.charged");
        policies.NoteCharge();
        TakeFromReservations(id, token, unit, amount);
        foreach (var counter in ChargedCounters.Of(policies.Current, lane.Group.Name, lane.Type, () => ReadMetadata(id), () => ReadCommand(id, lane.Type), unit))
        {
            counters.Add(counters.Get(counter), amount);
        }

        return true;
    }

    /// <summary>An attempt has ended: what is left of its reservations is released, or charged.</summary>
    public void Release(TaskId id, LaneState lane, long token, AttemptCost cost)
    {
        if (!policies.AnyEstimate || ReservationsOf(id) is not { Count: > 0 } reservations)
        {
            return;
        }

        costs.DeleteReservations(id);
        foreach (var reservation in reservations)
        {
            counters.Reserve(reservation.Counter, -reservation.Amount);
        }

        FaultPoint.Reach("budget.settled");
        foreach (var ofUnit in reservations.GroupBy(reservation => reservation.Counter.Key.Unit))
        {
            var left = ofUnit.Max(reservation => reservation.Amount);
            if (left > 0 && (cost == AttemptCost.AtLeastEstimate || (cost == AttemptCost.AsReported && !costs.IsCharged(id, token, ofUnit.Key))))
            {
                Charge(id, lane, token, CostCharge.EstimateKey + ofUnit.Key, ofUnit.Key, left, tags: null);
            }
        }

        foreach (var reservation in reservations)
        {
            reopening.LetOneGo(reservation.Counter);
        }
    }

    /// <summary>The attempt continues under another token.</summary>
    public void TakeOver(TaskId id, long from, long token)
    {
        if (policies.AnyEstimate)
        {
            costs.MoveReservations(id, token);
        }

        if (policies.AnyCharge)
        {
            costs.MoveCharges(id, from, token);
        }
    }

    /// <summary>Deletes what is stored of a task that is deleted.</summary>
    public void Delete(TaskId id)
    {
        if (policies.AnyEstimate || policies.AnyCharge)
        {
            costs.DeleteEstimate(id);
            costs.DeleteCharges(id);
        }
    }

    /// <summary>A charge takes the place of what the attempt had reserved for it.</summary>
    private void TakeFromReservations(TaskId id, long token, string unit, long amount)
    {
        if (!policies.AnyEstimate)
        {
            return;
        }

        foreach (var (counter, holder, left) in ReservationsOf(id))
        {
            var taken = Math.Min(left, amount);
            if (holder == token && counter.Key.Unit == unit && taken > 0)
            {
                costs.SetReservation(id, counter, left - taken);
                counters.Reserve(counter, -taken);
            }
        }
    }

    private List<Reservation> ReservationsOf(TaskId id) =>
        costs.ReservationsOf(id).ConvertAll(row => new Reservation(counters.Get(row.Counter), row.Token, row.Amount));

    private IReadOnlyDictionary<string, string> ReadMetadata(TaskId id)
    {
        var select = db[SelectMetadata].Bind("@id", id.Value);
        if (!select.Step())
        {
            return StoredJson.ReadMetadata(null);
        }

        var metadata = select.NullableText(0);
        select.Reset();
        return StoredJson.ReadMetadata(metadata);
    }

    /// <summary>The text of a command; its payload is stored without the environment, which is not needed.</summary>
    private string? ReadCommand(TaskId id, string type)
    {
        var select = db[SelectPayload].Bind("@id", id.Value);
        if (!select.Step())
        {
            return null;
        }

        var command = PayloadText.Command.Find(type, select.Blob(0));
        select.Reset();
        return command;
    }

    private readonly record struct Reservation(UsageCounter Counter, long Token, long Amount);
}
