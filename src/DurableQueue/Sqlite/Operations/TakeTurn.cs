namespace DurableQueue.Sqlite.Operations;

/// <summary>Takes a turn of regular work if it is due. After a clock went back, no turn is further away than a period.</summary>
internal sealed class TakeTurn(string work, TimeSpan period) : WriteOperation<bool>
{
    private const string Upsert =
        """
        INSERT INTO upkeep (work, due_at_ms) VALUES (@work, @now + @period)
        ON CONFLICT (work) DO UPDATE SET due_at_ms = excluded.due_at_ms WHERE due_at_ms <= @now OR due_at_ms > excluded.due_at_ms
        """;

    protected override bool Execute(WriteContext context) =>
        context.Db[Upsert].Bind("@work", work).Bind("@now", context.NowMs).Bind("@period", (long)period.TotalMilliseconds).Run() > 0;
}
