namespace DurableQueue.Storage;

/// <summary>
/// Tells waiting callers that something was committed: by this queue at once; by other processes as soon as the store notices, which it has to while
/// <see cref="IsAttended"/>.
/// </summary>
/// <param name="dispatcher">Where those who wait continue.</param>
internal sealed class QueueSignals(Dispatcher dispatcher)
{
    private event Action<TaskId>? CancelTold;
    private int attending;

    /// <summary>
    /// Raised, after the commit, for each running task whose cancellation was requested: at once if in this process, within one wake interval
    /// if in another. May be raised several times for one request. Handlers must not block.
    /// </summary>
    public event Action<TaskId>? CancelRequested
    {
        add
        {
            CancelTold += value;

            // From now on also for cancels in other processes.
            Attend();
        }

        remove
        {
            CancelTold -= value;
            Leave();
        }
    }

    /// <summary>Raised when a caller begins to wait.</summary>
    public event Action? Attended;

    /// <summary>Raised after a commit of this queue, with the time at which something is next to be done by the clock.</summary>
    public event Action<long>? DeadlineSet;

    /// <summary>Raised after a commit of another process, with the next deadline that is stored: perhaps an earlier one.</summary>
    public event Action<long>? DeadlineFound;

    /// <summary>Raised after a commit that stored a dependency cascade for later.</summary>
    public event Action? CascadeLeft;

    /// <summary>A task may have become ready.</summary>
    public Pulse Ready { get; } = new(dispatcher);

    /// <summary>Tasks finished, or finished ones were withdrawn or removed.</summary>
    public Pulse Finished { get; } = new(dispatcher);

    /// <summary>Notifications were raised.</summary>
    public Pulse Notified { get; } = new(dispatcher);

    /// <summary>Approvals were asked for, decided or withdrawn.</summary>
    public Pulse Approvals { get; } = new(dispatcher);

    /// <summary>Anything was committed.</summary>
    public Pulse Changed { get; } = new(dispatcher);

    /// <summary>Never advances: a wait for it ends with the queue.</summary>
    public Pulse Closing { get; } = new(dispatcher);

    /// <summary>Rises whenever a task may have become ready. Read it before a checkout that might find nothing.</summary>
    public long ReadyVersion => Ready.Version;

    /// <summary>A caller waits or listens for cancels: commits of other processes matter.</summary>
    public bool IsAttended => Volatile.Read(ref attending) > 0;

    /// <summary>A worker listens for cancels.</summary>
    public bool TellsCancels => CancelTold is not null;

    /// <summary>
    /// Completes when <see cref="ReadyVersion"/> is above <paramref name="seen"/>: a commit here or in another process, a delay that ends,
    /// a lease that expires. May complete without cause; never misses one.
    /// </summary>
    public Task WaitForReadyAsync(long seen, CancellationToken cancellationToken) => WaitAsync(Ready, seen, cancellationToken);

    /// <summary>Waits for a pulse, attending meanwhile.</summary>
    public async Task WaitAsync(Pulse pulse, long seen, CancellationToken cancellationToken)
    {
        var wait = pulse.WaitAsync(seen, cancellationToken);
        if (wait.IsCompletedSuccessfully)
        {
            return;
        }

        Attend();
        try
        {
            await wait.ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Attends until the attendance is disposed of: for a caller that waits again and again.</summary>
    public IDisposable BeginAttendance()
    {
        Attend();
        return new Attendance(this);
    }

    /// <summary>Another process may have committed anything: all who wait read for themselves.</summary>
    public void AdvanceAll()
    {
        Changed.Advance();
        Ready.Advance();
        Finished.Advance();
        Notified.Advance();
        Approvals.Advance();
    }

    public void RequestCancel(TaskId id) => CancelTold?.Invoke(id);

    public void SetDeadline(long nextMs) => DeadlineSet?.Invoke(nextMs);

    public void FindDeadline(long nextMs) => DeadlineFound?.Invoke(nextMs);

    public void LeaveCascade() => CascadeLeft?.Invoke();

    /// <summary>Ends all waits with the error.</summary>
    public void Close(Exception error)
    {
        Changed.Close(error);
        Closing.Close(error);
        Ready.Close(error);
        Finished.Close(error);
        Notified.Close(error);
        Approvals.Close(error);
    }

    private void Attend()
    {
        Interlocked.Increment(ref attending);
        Attended?.Invoke();
    }

    private void Leave() => Interlocked.Decrement(ref attending);

    private sealed class Attendance(QueueSignals signals) : IDisposable
    {
        public void Dispose() => signals.Leave();
    }
}
