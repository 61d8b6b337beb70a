namespace DurableQueue.Sqlite.Operations;

/// <summary>Keeps what a running attempt wants those after it to know.</summary>
internal sealed class SaveCheckpoint(Lease lease, ReadOnlyMemory<byte> data) : WriteOperation<bool>
{
    private const string Upsert =
        """
        INSERT INTO task_checkpoint (id, data)
        SELECT id, @data FROM task WHERE id = @id AND token = @token AND state = 1
        ON CONFLICT (id) DO UPDATE SET data = excluded.data
        """;

    protected override bool Execute(WriteSession session) =>
        session.Db[Upsert].Bind("@id", lease.TaskId.Value)
            .Bind("@token", lease.Token)
            .Bind("@data", data.Span)
            .Run() > 0;
}
