using System.Diagnostics;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>
/// The only way to write. Callers put an operation in the list; whoever finds nobody at work leads one batch: it takes the gate
/// between processes, runs everything that is listed in one transaction, and tells the callers after the commit. What was
/// listed meanwhile is the next batch. A caller that is alone leads on its own thread and pays for no hand-over; where the last
/// batch had several operations, the pool leads, behind the callers that are about to list their next one.
/// </summary>
internal sealed class Writer : IThreadPoolWorkItem, IAsyncDisposable
{
    /// <summary>
    /// How many batches in a row callers lead themselves. A caller that starts many operations before it awaits one looks like one that
    /// awaits each; now and then the pool leads, so that what the caller starts meanwhile becomes a batch.
    /// </summary>
    private const int MostLedByCaller = 8;

    private const string Begin = "BEGIN IMMEDIATE";

    private const string Commit = "COMMIT";

    private static readonly long BatchTime = Stopwatch.Frequency / 200;

    private readonly Lock gateToList = new();
    private readonly Queue<WriteOperation> list = new();
    private readonly List<WriteOperation> batch = [];
    private readonly List<WriteOperation> last = [];
    private readonly WriteSession session;
    private readonly Gate gate;
    private readonly SlowPath slowPath;
    private readonly Checkpoints checkpoints;
    private readonly Action<BatchEffects> committed;
    private readonly TimeSpan busyTimeout;
    private bool leading;
    private bool crowded;
    private uint ledByCaller;
    private bool closed;
    private volatile bool abandoned;
    private TaskCompletionSource? idle;

    public Writer(WriteSession session, Gate gate, Checkpoints checkpoints, TimeSpan busyTimeout, Action<BatchEffects> committed)
    {
        this.session = session;
        this.gate = gate;
        this.checkpoints = checkpoints;
        this.busyTimeout = busyTimeout;
        this.committed = committed;
        slowPath = new SlowPath(LeadSlowly, HasWaiting, GiveUpLate);
    }

    /// <summary>Runs the operation. The token works until a batch takes it.</summary>
    public ValueTask<TResult> RunAsync<TResult>(WriteOperation<TResult> operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var answer = operation.Answer;
        bool lead;
        bool alone;
        lock (gateToList)
        {
            ObjectDisposedException.ThrowIf(closed, typeof(SqliteTaskQueue));
            list.Enqueue(operation);
            lead = !leading;
            leading = true;
            alone = lead && !crowded && ++ledByCaller % MostLedByCaller != 0;
        }

        if (alone)
        {
            Lead(onCallersThread: true);
        }
        else if (lead)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return answer.IsCompleted || !cancellationToken.CanBeCanceled ? answer : AwaitAsync(operation, answer, cancellationToken);
    }

    /// <summary>Lets a checkpoint run soon, if one is due.</summary>
    public void Nudge()
    {
        lock (gateToList)
        {
            if (leading || closed)
            {
                return;
            }

            leading = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The gate could not be had in time when it was disposed: the connection must not be touched any more.</summary>
    public bool IsAbandoned => abandoned;

    /// <summary>Takes no more operations, and waits for those that were listed.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // Every listed operation has its answer after the busy timeout at the latest.
            await WhenIdleAsync().WaitAsync(busyTimeout + TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Whoever leads still uses the gate: it is left to them.
            abandoned = true;
        }

        slowPath.Dispose();
    }

    private Task WhenIdleAsync()
    {
        lock (gateToList)
        {
            closed = true;
            if (!leading)
            {
                return Task.CompletedTask;
            }

            idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return idle.Task;
        }
    }

    /// <summary>The next batch, on a thread of the pool.</summary>
    void IThreadPoolWorkItem.Execute() => Lead(onCallersThread: false);

    private static async ValueTask<TResult> AwaitAsync<TResult>(WriteOperation<TResult> operation, ValueTask<TResult> answer, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((WriteOperation)state!).TryGiveUp(new OperationCanceledException(token)), operation);
        return await answer.ConfigureAwait(false);
    }

    /// <summary>Leads one batch and hands over. Never throws: every error belongs to an operation.</summary>
    private void Lead(bool onCallersThread)
    {
        if (!gate.TryEnter())
        {
            slowPath.Start();
            return;
        }

        bool ran;
        try
        {
            ran = TryRunBatch();
            if (!onCallersThread)
            {
                checkpoints.RunIfDue();
            }
        }
        finally
        {
            gate.Exit();
        }

        if (ran)
        {
            HandOver();
        }
        else
        {
            slowPath.Start();
        }
    }

    /// <summary>On the slow path's thread: waits for the gate, and for writers that do not know the gate.</summary>
    private void LeadSlowly()
    {
        try
        {
            gate.Enter();
        }
        catch (QueueStorageException e)
        {
            FailListed(e);
            HandOver();
            return;
        }

        if (abandoned)
        {
            gate.Dispose();
            return;
        }

        try
        {
            slowPath.RetryWhileBusy(TryRunBatch);
            checkpoints.RunIfDue();
        }
        finally
        {
            gate.Exit();
        }

        HandOver();
    }

    /// <summary>Lets the pool lead the next batch if there is something to do, else rests.</summary>
    private void HandOver()
    {
        TaskCompletionSource? done;
        lock (gateToList)
        {
            while (list.TryPeek(out var first) && !first.IsWaiting)
            {
                list.Dequeue();
            }

            if (list.Count > 0 || (checkpoints.IsDue && !closed))
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }

            leading = false;
            done = closed ? idle : null;
        }

        done?.TrySetResult();
    }

    /// <summary>Runs one batch under the gate, and tells its callers.</summary>
    /// <returns>False if a foreign writer holds the file; then no operation was taken.</returns>
    private bool TryRunBatch()
    {
        if (!HasWaiting())
        {
            return true;
        }

        var begun = session.Db[Begin].TryRun();
        if (SqliteErrors.IsBusy(begun))
        {
            return false;
        }

        if (begun != raw.SQLITE_OK)
        {
            FailListed(session.Db.Error(begun));
            return true;
        }

        try
        {
            RunListed();
            CommitBatch(batch.Count);
        }
        catch (Exception e)
        {
            RollBack();
            RunEachAlone(e);
            TellBatch();
            return true;
        }

        committed(session.Effects);
        TellBatch();
        return true;
    }

    /// <summary>Takes operations from the list and runs them, for a few milliseconds at most: others may wait for the gate.</summary>
    private void RunListed()
    {
        session.Begin();
        var end = Stopwatch.GetTimestamp() + BatchTime;
        while (TryTakeNext(out var operation))
        {
            batch.Add(operation);
            if (operation.ComesLast)
            {
                last.Add(operation);
            }
            else
            {
                operation.Apply(session);
            }

            if (Stopwatch.GetTimestamp() >= end)
            {
                break;
            }
        }

        RunLast();
        session.Flush();
    }

    /// <summary>Runs what comes last, one for several where they ask for the same.</summary>
    private void RunLast()
    {
        for (var (i, lead) = (1, 0); i < last.Count; i++)
        {
            if (!last[lead].TryServe(last[i]))
            {
                lead = i;
            }
        }

        foreach (var operation in last)
        {
            operation.Apply(session);
        }

        last.Clear();
    }

    /// <summary>After an error that cost the transaction: each operation gets one of its own, so that the bad one fails alone.</summary>
    private void RunEachAlone(Exception error)
    {
        if (batch.Count == 0)
        {
            // It failed before it took one: those that are listed would only start it again.
            FailListed(error);
            return;
        }

        if (batch.Count == 1)
        {
            batch[0].Fail(error);
            return;
        }

        foreach (var operation in batch)
        {
            operation.ServeAlone();
            try
            {
                session.Db[Begin].Run();
                session.Begin();
                operation.Apply(session);
                session.Flush();
                CommitBatch(operations: 1);
            }
            catch (Exception e)
            {
                RollBack();
                operation.Fail(e);
                continue;
            }

            committed(session.Effects);
        }
    }

    private void CommitBatch(int operations)
    {
        var started = Stopwatch.GetTimestamp();
        session.Db[Commit].Run();
        session.Effects.CommitTime = Stopwatch.GetElapsedTime(started);
        session.Effects.Operations = operations;
    }

    private void RollBack()
    {
        last.Clear();
        session.Db.ResetAll();

        // SQLite itself ends the transaction on some errors, such as a full disk.
        if (!session.Db.IsAutocommit)
        {
            session.Db.TryExecute("ROLLBACK");
        }

        session.Forget();
    }

    private bool TryTakeNext(out WriteOperation operation)
    {
        lock (gateToList)
        {
            while (list.TryPeek(out operation!))
            {
                if (operation.StartsBatch && batch.Count > 0)
                {
                    return false;
                }

                list.Dequeue();
                if (operation.TryTake())
                {
                    return true;
                }
            }

            return false;
        }
    }

    private bool HasWaiting()
    {
        lock (gateToList)
        {
            return list.Any(operation => operation.IsWaiting);
        }
    }

    private void FailListed(Exception error)
    {
        while (TryTakeNext(out var operation))
        {
            operation.Fail(error);
            operation.Tell();
        }
    }

    private void TellBatch()
    {
        crowded = batch.Count > 1;
        foreach (var operation in batch)
        {
            operation.Tell();
        }

        batch.Clear();
    }

    /// <summary>Ends the wait of operations that have been listed longer than the busy timeout.</summary>
    private void GiveUpLate()
    {
        WriteOperation[] listed;
        lock (gateToList)
        {
            listed = [.. list];
        }

        foreach (var operation in listed)
        {
            if (Stopwatch.GetElapsedTime(operation.QueuedAt) >= busyTimeout)
            {
                operation.TryGiveUp(new QueueStorageException(
                    QueueStorageError.Busy,
                    $"Somebody else held the queue file longer than the busy timeout of {busyTimeout}: another process, or a transaction of this "
                    + "process on the same file that is still open. A call of the queue made inside such a transaction waits for itself: pass it the transaction."));
            }
        }
    }
}
