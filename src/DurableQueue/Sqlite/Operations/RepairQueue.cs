using DurableQueue.Sqlite.Verification;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Works out everything that is stored twice from what it follows from, all or nothing.</summary>
internal sealed class RepairQueue : WriteOperation<QueueRepair>
{
    /// <summary>What earlier operations of a batch changed in memory is not in the file yet.</summary>
    public override bool StartsBatch => true;

    protected override QueueRepair Execute(WriteSession session)
    {
        var repair = Drift.Repair(session.Db.Connection, session.NowMs);
        if (repair.Remaining.FirstOrDefault(finding => finding.What == FileChecks.Integrity) is { } damage)
        {
            throw new QueueStorageException(
                QueueStorageError.Corrupt, $"The queue file is damaged, and nothing was changed ({damage.Stored}). Restore a backup.");
        }

        session.Forget();
        session.Effects.Ready = true;
        session.Effects.Finished = true;
        session.Effects.SettlingLeft = true;
        return repair;
    }
}
