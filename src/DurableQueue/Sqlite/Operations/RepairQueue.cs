using DurableQueue.Sqlite.Verification;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Works out everything that is stored twice from what it follows from, all or nothing.</summary>
internal sealed class RepairQueue : WriteOperation<QueueRepair>
{
    /// <summary>What earlier operations of a batch changed in memory is not in the file yet.</summary>
    public override bool StartsBatch => true;

    protected override QueueRepair Execute(WriteContext context)
    {
        var repair = Inconsistencies.Repair(context.Db, context.NowMs);
        if (repair.Remaining.FirstOrDefault(finding => finding.What == FileChecks.Integrity) is { } damage)
        {
            throw new QueueStorageException(
                QueueStorageError.Corrupt, $"The queue file is corrupt ({damage.Stored}). Nothing was changed. Restore a backup.");
        }

        context.Forget();
        context.Effects.Ready = true;
        context.Effects.Finished = true;
        context.Effects.CascadeLeft = true;
        return repair;
    }
}
