namespace DurableQueue.Sqlite.Operations;

/// <summary>Renews leases, also expired ones that nobody took back.</summary>
internal sealed class RenewLeases(IReadOnlyList<Lease> leases) : WriteOperation<HeartbeatResult[]>
{
    private const string Renew =
        """
        UPDATE task SET lease_expires_at_ms = @now + lease_ms
        WHERE id = @id AND token = @token AND state = 1
        RETURNING cancel_requested
        """;

    protected override HeartbeatResult[] Execute(WriteSession session)
    {
        var results = new HeartbeatResult[leases.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var cancelRequested = session.Db[Renew].Bind("@now", session.NowMs)
                .Bind("@id", leases[i].TaskId.Value)
                .Bind("@token", leases[i].Token)
                .Scalar();
            results[i] = cancelRequested switch
            {
                null => HeartbeatResult.Lost,
                0 => HeartbeatResult.Renewed,
                _ => HeartbeatResult.CancelRequested,
            };
        }

        return results;
    }
}
