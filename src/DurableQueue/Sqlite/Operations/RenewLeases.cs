namespace DurableQueue.Sqlite.Operations;

/// <summary>Renews leases, including expired ones that were not reaped.</summary>
internal sealed class RenewLeases(IReadOnlyList<Lease> leases) : WriteOperation<HeartbeatResult[]>
{
    private const string SelectLeased = $"SELECT cancel_requested, lease_ms, adopted FROM task WHERE id = @id AND token = @token AND state = {TaskStateCode.CheckedOut}";

    private const string Renew = $"UPDATE task SET lease_expires_at_ms = @expires WHERE id = @id AND token = @token AND state = {TaskStateCode.CheckedOut}";

    protected override HeartbeatResult[] Execute(WriteContext context)
    {
        var results = new HeartbeatResult[leases.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = RenewOne(context, leases[i]);
        }

        return results;
    }

    private static HeartbeatResult RenewOne(WriteContext context, Lease lease)
    {
        var leased = context.Db[SelectLeased].Bind("@id", lease.TaskId.Value).Bind("@token", lease.Token);
        if (!leased.Step())
        {
            return HeartbeatResult.Lost;
        }

        var (cancelRequested, expiresAtMs, adopted) = (leased.Bool(0), context.NowMs + leased.Long(1), leased.Bool(2));
        leased.Reset();
        context.Db[Renew].Bind("@id", lease.TaskId.Value).Bind("@token", lease.Token).Bind("@expires", expiresAtMs).Run();

        // After the clock was set back the new expiry is earlier than the old one.
        if (!adopted)
        {
            context.Deadlines.AddExpiry(lease.TaskId, expiresAtMs);
        }

        return cancelRequested ? HeartbeatResult.CancelRequested : HeartbeatResult.Renewed;
    }
}
