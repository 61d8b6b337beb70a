namespace DurableQueue.Sqlite.Operations;

/// <summary>Stores a notification of a running attempt together with its checkpoint.</summary>
internal sealed class RaiseForAttempt(Lease lease, NewNotification notification, ReadOnlyMemory<byte>? checkpoint, int kept) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        if (TaskRow.FindLeased(context.Db, lease) is null)
        {
            return false;
        }

        if (checkpoint is { } data)
        {
            SaveCheckpoint.Store(context, lease, data.Span);
        }

        RaiseNotification.Store(context, notification, kept);
        return true;
    }
}
