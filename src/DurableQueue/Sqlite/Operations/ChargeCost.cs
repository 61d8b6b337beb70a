namespace DurableQueue.Sqlite.Operations;

/// <summary>Charges what an attempt cost, whatever became of the attempt: the money is spent.</summary>
internal sealed class ChargeCost(Lease lease, string key, string unit, long amount, string? tagsJson) : WriteOperation<ChargeResult>
{
    private const string SelectBegun = $"SELECT attempt_token FROM task WHERE id = @id AND state = {TaskStateCode.CheckedOut}";

    protected override ChargeResult Execute(WriteContext context)
    {
        var row = TaskRow.Require(context.Db, lease.TaskId);
        if (lease.Token < 1 || lease.Token > row.Token)
        {
            throw new ArgumentException($"Task {lease.TaskId} never had a lease with the token {lease.Token}.", nameof(lease));
        }

        if (!context.Budgets.Reservations.Charge(lease.TaskId, context.Lanes.ById(row.LaneId), TokenOfCharges(context, row), key, unit, amount, tagsJson))
        {
            return ChargeResult.Repeated;
        }

        return row.State == TaskState.CheckedOut && row.Token == lease.Token ? ChargeResult.Charged : ChargeResult.Late;
    }

    /// <summary>A take-over gives the attempt another token and moves its charges there: a key counts once, whichever of its leases it is charged with.</summary>
    private long TokenOfCharges(WriteContext context, TaskRow row) =>
        lease.Token < row.Token && context.Db[SelectBegun].Bind("@id", row.Id.Value).Scalar() is { } begun && begun <= lease.Token ? row.Token : lease.Token;
}
