namespace DurableQueue.Sqlite.Operations;

/// <summary>Deletes records of approvals whose task is gone and that were decided long ago: one chunk.</summary>
internal sealed class PruneApprovals(TimeSpan keep) : WriteOperation<bool>
{
    private const int Most = 500;

    private const string DeleteOld =
        """
        DELETE FROM task_approval WHERE id IN (
          SELECT id FROM task_approval INDEXED BY task_approval_gone WHERE task_gone = 1 AND decided_at_ms <= @before LIMIT @limit)
        """;

    public override bool StartsBatch => true;

    /// <returns>Whether there may be more.</returns>
    protected override bool Execute(WriteContext context)
    {
        var before = (long)Math.Max(context.NowMs - keep.TotalMilliseconds, long.MinValue);
        return context.Db[DeleteOld].Bind("@before", before).Bind("@limit", Most).Run() >= Most;
    }
}
