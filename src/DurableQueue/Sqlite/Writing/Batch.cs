using System.Diagnostics;
using DurableQueue.Queueing;
using DurableQueue.Storage;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>
/// One transaction for all operations that are listed, and for what waiting workers take of it. Under the file lock, one at a time.
/// </summary>
internal sealed class Batch(WriteContext context, OperationList list, WaitingWorkers waiting, FilePresence presence, Action<BatchEffects> committed)
{
    private const string Begin = "BEGIN IMMEDIATE";

    private const string Commit = "COMMIT";

    private readonly List<WriteOperation> operations = [];
    private readonly List<WriteOperation> last = [];

    /// <summary>Operations in a row that are still to be applied; the first does the work of all of them.</summary>
    private readonly List<WriteOperation> joined = [];
    private int fromWaitingWorkers;
    private bool isUnsynced;
    private int changesBefore;

    /// <summary>The latest batch had several callers.</summary>
    public bool WasCrowded { get; private set; }

    /// <summary>Something was committed that no sync has followed yet.</summary>
    public bool HasUnsynced { get; private set; }

    /// <summary>Runs one batch, and completes its calls.</summary>
    /// <param name="isTimeOver">Whether to take no more operations: others may wait for the file lock.</param>
    /// <returns>False if a foreign writer holds the file; then no operation was taken.</returns>
    public bool TryRun(Func<bool> isTimeOver)
    {
        if (!list.HasWaiting())
        {
            return true;
        }

        if (presence.FindLoss() is { } gone)
        {
            list.Fail(gone);
            return true;
        }

        // What turns out to do more than claim tasks is run again, with a sync.
        var begun = BeginTransaction(unsynced: context.ExpectsOnlyClaims && list.MayBeUnsynced());
        if (SqliteErrors.IsBusy(begun))
        {
            return false;
        }

        if (begun != raw.SQLITE_OK)
        {
            list.Fail(context.Db.Error(begun));
            return true;
        }

        bool again;
        try
        {
            RunListed(isTimeOver);
            again = isUnsynced && context.NeedsSync;
            if (!again)
            {
                context.Flush();
                EndTransaction(operations.Count);
            }
        }
        catch (Exception e)
        {
            RollBack();
            RunEachAfter(SqliteErrors.ToQueueError(e));
            CompleteCalls();
            return true;
        }

        if (again)
        {
            // The rollback has forgotten what allowed it to go without a sync: the next transaction has one.
            RollBack();
            PutBack(from: 0);
            return TryRun(isTimeOver);
        }

        if (presence.FindLoss() is { } lost)
        {
            operations.ForEach(operation => operation.Fail(lost));
        }
        else
        {
            committed(context.Effects);
        }

        CompleteCalls();
        return true;
    }

    /// <summary>SQLite has to know before the transaction begins whether its commit is synced.</summary>
    /// <returns>SQLite's code.</returns>
    private int BeginTransaction(bool unsynced)
    {
        isUnsynced = unsynced;
        changesBefore = context.Db.TotalChanges;
        var code = context.Db.TrySyncCommits(context.Db.SyncsByDefault && !unsynced);
        return code == raw.SQLITE_OK ? context.Db[Begin].TryRun() : code;
    }

    private void RunListed(Func<bool> isTimeOver)
    {
        context.Begin();
        while (list.TryTakeNext(out var operation, isFirst: operations.Count == 0, isUnsynced))
        {
            operations.Add(operation);
            if (operation.ComesLast)
            {
                last.Add(operation);
            }
            else
            {
                Join(operation);
            }

            if (isTimeOver())
            {
                break;
            }
        }

        ApplyJoined();
        last.ForEach(Join);
        last.Clear();
        ApplyJoined();
        ServeWaitingWorkers();
    }

    /// <summary>Applies the operation, at once or together with those that come next and can share its statements.</summary>
    private void Join(WriteOperation operation)
    {
        if (joined.Count == 0 || !joined[0].TryServe(operation))
        {
            ApplyJoined();
        }

        joined.Add(operation);
        if (!joined[0].MayServe)
        {
            ApplyJoined();
        }
    }

    private void ApplyJoined()
    {
        foreach (var operation in joined)
        {
            operation.Apply(context);
        }

        joined.Clear();
    }

    /// <summary>If the batch has made something ready, workers that wait for it take it in the same transaction.</summary>
    private void ServeWaitingWorkers()
    {
        fromWaitingWorkers = 0;
        if (!context.IsSomethingReady())
        {
            return;
        }

        var taken = waiting.Take();
        fromWaitingWorkers = taken.Count;

        // All of them before one can fail: each call has to be completed.
        operations.AddRange(taken);
        foreach (var checkout in taken)
        {
            checkout.Apply(context);
        }
    }

    /// <summary>After an error that cost the transaction: each operation gets one of its own, so that the bad one fails alone.</summary>
    private void RunEachAfter(Exception error)
    {
        if (operations.Count == 0)
        {
            // It failed before it took one: those that are listed would only start it again.
            list.Fail(error);
            return;
        }

        if (operations.Count == 1)
        {
            operations[0].Fail(error);
            return;
        }

        RunEachAlone();
    }

    /// <summary>Runs each operation in a transaction of its own, which is synced. If a foreign writer comes between, those that are left wait for it.</summary>
    private void RunEachAlone()
    {
        for (var i = 0; i < operations.Count; i++)
        {
            var operation = operations[i];
            operation.ServeAlone();
            var begun = BeginTransaction(unsynced: false);
            if (SqliteErrors.IsBusy(begun))
            {
                PutBack(from: i);
                return;
            }

            try
            {
                if (begun != raw.SQLITE_OK)
                {
                    throw context.Db.Error(begun);
                }

                context.Begin();
                operation.Apply(context);
                context.Flush();
                EndTransaction(count: 1);
            }
            catch (Exception e)
            {
                RollBack();
                operation.Fail(SqliteErrors.ToQueueError(e));
                continue;
            }

            if (presence.FindLoss() is { } lost)
            {
                operation.Fail(lost);
            }
            else
            {
                committed(context.Effects);
            }
        }
    }

    private void EndTransaction(int count)
    {
        var started = Stopwatch.GetTimestamp();
        FaultPoint.Reach("commit.before");
        context.Db[Commit].Run();
        FaultPoint.Reach("commit.after");
        context.Effects.CommitTime = Stopwatch.GetElapsedTime(started);
        context.Effects.Operations = count;

        // A commit of nothing syncs nothing, and leaves nothing to sync.
        if (context.Db.TotalChanges != changesBefore)
        {
            HasUnsynced = isUnsynced;
            context.Effects.Changed = true;
        }
    }

    private void RollBack()
    {
        last.Clear();
        joined.Clear();
        context.Db.ResetAll();

        // SQLite itself ends the transaction on some errors, such as a full disk.
        if (!context.Db.IsAutocommit)
        {
            context.Db.TryExecute("ROLLBACK");
        }

        context.Forget();
    }

    /// <summary>Operations of a transaction that is gone wait in the list again.</summary>
    private void PutBack(int from)
    {
        list.PutBack(operations[from..]);
        operations.RemoveRange(from, operations.Count - from);
    }

    private void CompleteCalls()
    {
        WasCrowded = operations.Count - fromWaitingWorkers > 1;
        foreach (var operation in operations)
        {
            operation.CompleteCall();
        }

        operations.Clear();
    }
}
