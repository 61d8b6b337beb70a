namespace DurableQueue.Sqlite.Operations;

/// <summary>Keeps what a running attempt wants those after it to know.</summary>
internal sealed class SaveCheckpoint(Lease lease, ReadOnlyMemory<byte> data) : WriteOperation<bool>
{
    private const string Mark = $"UPDATE task SET checkpointed = 1 WHERE id = @id AND token = @token AND state = {TaskStateCode.CheckedOut}";

    private const string Upsert =
        "INSERT INTO task_checkpoint (id, data) VALUES (@id, @data) ON CONFLICT (id) DO UPDATE SET data = excluded.data";

    protected override bool Execute(WriteContext context) => Store(context, lease, data.Span);

    /// <returns><see langword="false"/> if the lease is lost.</returns>
    public static bool Store(WriteContext context, Lease lease, ReadOnlySpan<byte> data)
    {
        if (context.Db[Mark].Bind("@id", lease.TaskId.Value).Bind("@token", lease.Token).Run() == 0)
        {
            return false;
        }

        context.Db[Upsert].Bind("@id", lease.TaskId.Value).Bind("@data", data).Run();
        return true;
    }
}
