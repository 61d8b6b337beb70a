namespace DurableQueue.Sqlite.Operations;

/// <summary>Stores the progress of a running attempt.</summary>
internal sealed class ReportProgress(Lease lease, double fraction, string? message) : WriteOperation<bool>
{
    private const string Upsert =
        $"""
        INSERT INTO task_progress (id, fraction, message)
        SELECT id, @fraction, @message FROM task WHERE id = @id AND token = @token AND state = {TaskStateCode.CheckedOut}
        ON CONFLICT (id) DO UPDATE SET fraction = excluded.fraction, message = excluded.message
        """;

    protected override bool Execute(WriteContext context) =>
        context.Db[Upsert].Bind("@id", lease.TaskId.Value)
            .Bind("@token", lease.Token)
            .Bind("@fraction", fraction)
            .Bind("@message", message)
            .Run() > 0;
}
