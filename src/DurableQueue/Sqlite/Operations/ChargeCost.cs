namespace DurableQueue.Sqlite.Operations;

/// <summary>Charges what an attempt cost, whatever became of the attempt: the money is spent.</summary>
internal sealed class ChargeCost(Lease lease, string key, string unit, long amount, string? tagsJson) : WriteOperation<ChargeResult>
{
    protected override ChargeResult Execute(WriteContext context)
    {
        var row = TaskRow.Require(context.Db, lease.TaskId);
        if (lease.Token < 1 || lease.Token > row.Token)
        {
            throw new ArgumentException($"Task {lease.TaskId} never had a lease with the token {lease.Token}.", nameof(lease));
        }

        if (!context.Budgets.Reservations.Charge(lease.TaskId, context.Lanes.ById(row.LaneId), lease.Token, key, unit, amount, tagsJson))
        {
            return ChargeResult.Repeated;
        }

        return row.State == TaskState.CheckedOut && row.Token == lease.Token ? ChargeResult.Charged : ChargeResult.Late;
    }
}
