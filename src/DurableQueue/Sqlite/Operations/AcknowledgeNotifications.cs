namespace DurableQueue.Sqlite.Operations;

/// <summary>Stores how far a subscriber is; it never goes back.</summary>
internal sealed class AcknowledgeNotifications(string subscriber, long through) : WriteOperation<bool>
{
    private const string SelectLast = "SELECT max(number) FROM notification";

    private const string Upsert =
        """
        INSERT INTO notification_subscriber (name, acknowledged_through, seen_at_ms) VALUES (@name, @through, @now)
        ON CONFLICT (name) DO UPDATE
        SET acknowledged_through = max(acknowledged_through, excluded.acknowledged_through), seen_at_ms = excluded.seen_at_ms
        """;

    protected override bool Execute(WriteContext context)
    {
        var last = context.Db[SelectLast].Scalar() ?? 0;
        context.Db[Upsert].Bind("@name", subscriber).Bind("@through", Math.Min(through, last)).Bind("@now", context.NowMs).Run();
        return true;
    }
}
