namespace DurableQueue.Sqlite.Operations;

/// <summary>Renews leases, also expired ones that nobody took back.</summary>
internal sealed class RenewLeases(IReadOnlyList<Lease> leases) : WriteOperation<HeartbeatResult[]>
{
    private const string Renew =
        """
        UPDATE task SET lease_expires_at_ms = @now + lease_ms
        WHERE id = @id AND token = @token AND state = 1
        RETURNING cancel_requested, lease_expires_at_ms
        """;

    protected override HeartbeatResult[] Execute(WriteSession session)
    {
        var results = new HeartbeatResult[leases.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = RenewOne(session, leases[i]);
        }

        return results;
    }

    private static HeartbeatResult RenewOne(WriteSession session, Lease lease)
    {
        var renew = session.Db[Renew].Bind("@now", session.NowMs).Bind("@id", lease.TaskId.Value).Bind("@token", lease.Token);
        if (!renew.Step())
        {
            return HeartbeatResult.Lost;
        }

        var (cancelRequested, expiresAtMs) = (renew.Bool(0), renew.Long(1));
        renew.Run();

        // After the clock was set back the new expiry is earlier than the old one.
        session.Deadlines.AddExpiry(expiresAtMs);
        return cancelRequested ? HeartbeatResult.CancelRequested : HeartbeatResult.Renewed;
    }
}
