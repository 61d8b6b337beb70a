using System.Diagnostics;
using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>
/// The only way to write. Callers list an operation; the first to find the writer idle leads one batch: it takes the file lock
/// between processes, runs everything that is listed in one transaction, and completes the calls after the commit. What was
/// listed meanwhile is the next batch. A caller that is alone leads on its own thread, without a hand-over; where the last
/// batch had several operations, the dispatcher leads, after the callers that are about to list their next one.
/// </summary>
internal sealed class Writer : IDisposable
{
    /// <summary>
    /// How many batches in a row callers lead themselves. A caller that starts many operations before it awaits one looks like one that
    /// awaits each; now and then the dispatcher leads, so that what the caller starts meanwhile becomes a batch.
    /// </summary>
    private const int MostLedByCaller = 8;

    /// <summary>The pool may have other work than our callers.</summary>
    private static readonly TimeSpan LongestLinger = TimeSpan.FromMilliseconds(1);

    private readonly SemaphoreSlim callersRan = new(0);
    private readonly OperationList list = new();
    private readonly Batch batch;
    private readonly WriterTurn turn;
    private readonly FileLock fileLock;
    private readonly LeaderThread leaderThread;
    private readonly Checkpoints checkpoints;
    private readonly TimeSpan busyTimeout;
    private readonly Dispatcher dispatcher;
    private readonly Action lead;
    private readonly Action callersHaveRun;
    private bool leading;
    private uint ledByCaller;
    private long batches;
    private bool closed;
    private volatile bool abandoned;
    private Arrival? idle;

    public Writer(
        WriteContext context,
        OpenedFile file,
        Checkpoints checkpoints,
        TimeSpan busyTimeout,
        TimeProvider turnClock,
        WaitingWorkers waiting,
        Action<BatchEffects> committed)
    {
        Waiting = waiting;
        dispatcher = file.Dispatcher;
        lead = () => Lead(onCallersThread: false);
        callersHaveRun = () => callersRan.Release();
        batch = new Batch(context, list, waiting, file.Presence, committed);
        turn = new WriterTurn(turnClock);
        fileLock = file.Lock;
        this.checkpoints = checkpoints;
        this.busyTimeout = busyTimeout;
        leaderThread = new LeaderThread(LeadSlowly, list.HasWaiting, GiveUpLate, dispatcher.Over(TimeProvider.System));
    }

    /// <summary>What waiting workers would check out: run with a batch that makes something ready.</summary>
    public WaitingWorkers Waiting { get; }

    /// <summary>How many batches were begun. While it has not risen, this queue has stored nothing.</summary>
    public long Batches => Volatile.Read(ref batches);

    /// <summary>Runs the operation.</summary>
    /// <param name="operation">What to do.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued.</param>
    /// <param name="inLine">Called when the operation is listed: what is listed later runs after it, maybe in the same batch.</param>
    public ValueTask<TResult> RunAsync<TResult>(WriteOperation<TResult> operation, CancellationToken cancellationToken, Action? inLine = null)
    {
        Begin(operation, cancellationToken, inLine);
        return operation.Answer;
    }

    /// <summary>The same, for a caller that takes the answer from the operation.</summary>
    public void Begin(WriteOperation operation, CancellationToken cancellationToken, Action? inLine = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        operation.Dispatcher = dispatcher;
        bool leads;
        bool alone;
        lock (list.Sync)
        {
            ObjectDisposedException.ThrowIf(closed, typeof(SqliteTaskQueue));
            list.Add(operation);
            leads = !leading;
            leading = true;
            alone = leads && !batch.WasCrowded && ++ledByCaller % MostLedByCaller != 0;
        }

        inLine?.Invoke();
        if (alone)
        {
            Lead(onCallersThread: true);
        }
        else if (leads)
        {
            dispatcher.Post(lead);
        }

        if (!operation.IsCompleted && cancellationToken.CanBeCanceled)
        {
            operation.GiveUpWith(cancellationToken);
        }
    }

    /// <summary>The same, for an operation without an answer.</summary>
    public async ValueTask DoAsync(WriteOperation<bool> operation, CancellationToken cancellationToken) =>
        await RunAsync(operation, cancellationToken).ConfigureAwait(false);

    /// <summary>Lets a checkpoint run soon, if one is due.</summary>
    public void Nudge()
    {
        lock (list.Sync)
        {
            if (leading || closed)
            {
                return;
            }

            leading = true;
        }

        dispatcher.Post(lead);
    }

    /// <summary>Something was committed that no sync has followed yet. Asked by other threads than the one that leads: a late answer does no harm.</summary>
    public bool HasUnsynced => batch.HasUnsynced;

    /// <summary>Dispose could not get the file lock in time: the connection must not be touched again.</summary>
    public bool IsAbandoned => abandoned;

    /// <summary>Takes no more operations, and waits for those that were listed.</summary>
    public void Dispose()
    {
        // Every listed operation has its answer after the busy timeout at the latest. A leader that still runs then uses the file lock, and closes it.
        abandoned = !WhenIdleAsync().Wait(busyTimeout + TimeSpan.FromSeconds(1));
        leaderThread.Dispose();
    }

    private Task WhenIdleAsync()
    {
        lock (list.Sync)
        {
            closed = true;
            if (!leading)
            {
                return Task.CompletedTask;
            }

            idle ??= new Arrival(dispatcher);
            return idle.Task.AsTask();
        }
    }

    /// <summary>Leads one batch and hands over. Never throws: every error belongs to an operation.</summary>
    private void Lead(bool onCallersThread)
    {
        if (!fileLock.TryEnter())
        {
            leaderThread.Start();
            return;
        }

        bool ran;
        try
        {
            turn.Reset();
            ran = TryRunBatch();
            if (!onCallersThread)
            {
                checkpoints.RunIfDue();
            }
        }
        finally
        {
            fileLock.Exit();
        }

        if (ran)
        {
            HandOver();
        }
        else
        {
            leaderThread.Start();
        }
    }

    /// <summary>On the slow path's thread: waits for the file lock, and for writers that do not know the file lock.</summary>
    private void LeadSlowly()
    {
        try
        {
            fileLock.Enter();
        }
        catch (QueueStorageException e)
        {
            list.Fail(e);
            HandOver();
            return;
        }

        if (abandoned)
        {
            fileLock.Dispose();
            return;
        }

        try
        {
            turn.Reset();
            do
            {
                leaderThread.RetryWhileBusy(TryRunBatch);
            }
            while (turn.MayContinue && HaveCallersMore());

            checkpoints.RunIfDue();
        }
        finally
        {
            fileLock.Exit();
        }

        HandOver();
    }

    /// <summary>
    /// Whether the callers whose calls were just completed have listed their next operation. The dispatcher first runs what was posted before, which is those callers.
    /// </summary>
    private bool HaveCallersMore()
    {
        while (callersRan.Wait(0))
        {
        }

        dispatcher.Post(callersHaveRun);
        callersRan.Wait(LongestLinger);
        return list.HasWaiting();
    }

    /// <summary>Lets the dispatcher lead the next batch if there is something to do, else rests.</summary>
    private void HandOver()
    {
        Arrival? done;
        lock (list.Sync)
        {
            if (list.HasWaiting() || (checkpoints.IsDue && !closed))
            {
                dispatcher.Post(lead);
                return;
            }

            leading = false;
            done = closed ? idle : null;
        }

        done?.TrySet();
    }

    /// <returns>False if a foreign writer holds the file.</returns>
    private bool TryRunBatch()
    {
        turn.BeginBatch();
        Volatile.Write(ref batches, batches + 1);
        if (batch.TryRun(turn.IsBatchOver))
        {
            checkpoints.CountOwn();
            return true;
        }

        // The time for which another process held the file does not count.
        turn.Reset();
        return false;
    }

    /// <summary>Ends the wait of operations that have been listed longer than the busy timeout.</summary>
    private void GiveUpLate()
    {
        foreach (var operation in list.ToArray())
        {
            if (Stopwatch.GetElapsedTime(operation.QueuedAt) >= busyTimeout)
            {
                operation.TryGiveUp(new QueueStorageException(
                    QueueStorageError.Busy,
                    $"The queue file was held longer than the busy timeout of {busyTimeout}, by another process or by a transaction of this "
                    + "process on the same file that is still open. If the call was made inside such a transaction, it waited for itself: pass the transaction to it."));
            }
        }
    }
}
