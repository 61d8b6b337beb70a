using DurableQueue.Storage;

namespace DurableQueue.Worker;

/// <summary>One attempt that runs in this process: its cancellation token, why that was cancelled, and how long the handler may take to return.</summary>
internal sealed class Attempt : IThreadPoolWorkItem, IDisposable
{
    /// <summary>Also the object to lock on: there is an attempt for each task, and a lock of its own would be one more allocation.</summary>
    private readonly CancellationTokenSource cancellation = new();

    private readonly AttemptSettings settings;
    private readonly AttemptTimeout? timeout;
    private AttemptProgress? progress;
    private ITimer? graceTimer;
    private Task callbacks = Task.CompletedTask;
    private Arrival? returning;
    private StopReason reason;
    private bool isSettling;
    private bool hasReturned;
    private volatile bool hasStarted;

    public Attempt(LeasedTask leased, AttemptSettings settings)
    {
        Leased = leased;
        Token = cancellation.Token;
        this.settings = settings;
        var time = settings.Time;
        RenewedAt = time.GetTimestamp();
        if (leased.Timeout is { } limit)
        {
            var ranBefore = leased.TakenOver ? time.GetUtcNow() - leased.StartedAt - leased.AwaitedDecisions : TimeSpan.Zero;
            timeout = new AttemptTimeout(limit - ranBefore, time, () => Stop(StopReason.TimedOut));
            timeout.Start();
        }
    }

    public LeasedTask Leased { get; }

    public CancellationToken Token { get; }

    /// <summary>The handler's progress reports; <see langword="null"/> if there were none.</summary>
    public AttemptProgress? Progress => Volatile.Read(ref progress);

    /// <summary>Published when the attempt is completed. Set by the handler.</summary>
    public NewNotification? Notification { get; set; }

    /// <summary>Timestamp of the last moment at which the lease was known to be ours. Only the lease keeper writes it.</summary>
    public long RenewedAt { get; set; }

    /// <summary>The work outlives this process: a shutdown does not wait for it.</summary>
    public bool IsAdopted => settings.AreAdopted;

    public StopReason Reason
    {
        get
        {
            lock (cancellation)
            {
                return reason;
            }
        }
    }

    /// <summary>Called by the thread pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        hasStarted = true;
        settings.OnRun?.Invoke(this);
    }

    /// <summary>The thread pool has started the handler.</summary>
    public bool HasStarted => hasStarted;

    /// <summary>How the attempt ends is decided: whatever the handler still does has no effect.</summary>
    public bool IsSettling
    {
        get
        {
            lock (cancellation)
            {
                return isSettling;
            }
        }
    }

    /// <summary>
    /// Cancels the handler's token, at once but on another thread, because callbacks that the handler registered on it may block. The first reason
    /// counts, except that a lost lease overrides all others.
    /// </summary>
    /// <returns><see langword="true"/> if the call changed the reason.</returns>
    public bool Stop(StopReason why)
    {
        lock (cancellation)
        {
            if (isSettling || reason == why || (reason != StopReason.None && why != StopReason.LeaseLost))
            {
                return false;
            }

            if (reason == StopReason.None)
            {
                graceTimer = settings.Time.CreateTimer(_ => EndGrace(), null, settings.Grace, Timeout.InfiniteTimeSpan);
                callbacks = settings.Dispatcher.RunAsync(cancellation.Cancel).AsTask();
            }

            reason = why;
            return true;
        }
    }

    /// <summary>Stops the attempt because an operation of its handler found the lease gone.</summary>
    /// <returns>What the operation throws, once the token is cancelled.</returns>
    public OperationCanceledException LoseLease(string message)
    {
        Stop(StopReason.LeaseLost);
        SpinWait.SpinUntil(() => Token.IsCancellationRequested || IsSettling);
        return new OperationCanceledException(message, Token);
    }

    /// <summary>Stops the timeout clock. Calls nest.</summary>
    public void PauseTimeout() => timeout?.Pause();

    /// <summary>Ends one <see cref="PauseTimeout"/>.</summary>
    public void ResumeTimeout() => timeout?.Resume();

    /// <summary>Gives the handler no more time to return.</summary>
    public void EndGrace() => settings.OnGraceOver?.Invoke(this);

    /// <summary>
    /// Claims the right to settle the attempt. From then on its reason doesn't change: if the lease turns out to be gone, the settlement ended it.
    /// </summary>
    /// <returns><see langword="false"/> if the attempt is already being settled.</returns>
    public bool TryBeginSettlement(out StopReason why)
    {
        lock (cancellation)
        {
            why = reason;
            if (isSettling)
            {
                return false;
            }

            isSettling = true;
            timeout?.Dispose();
            return true;
        }
    }

    /// <summary>The handler has returned after its attempt was settled without it.</summary>
    public void MarkReturned()
    {
        lock (cancellation)
        {
            hasReturned = true;
            returning?.TrySet();
        }
    }

    public Task WhenReturnedAsync()
    {
        lock (cancellation)
        {
            if (hasReturned)
            {
                return Task.CompletedTask;
            }

            returning ??= new Arrival(settings.Dispatcher);
            return returning.Task.AsTask();
        }
    }

    /// <summary>Keeps the handler's reports until they are written.</summary>
    public AttemptProgress StartProgress()
    {
        lock (cancellation)
        {
            return progress ??= new AttemptProgress(settings.Dispatcher);
        }
    }

    /// <summary>What a callback that the handler registered on its token threw.</summary>
    public Exception? CallbackError => callbacks.Exception?.InnerException;

    public void Dispose()
    {
        timeout?.Dispose();
        graceTimer?.Dispose();

        // A callback that still runs may use the source. It has no timer and no wait handle, so the garbage collector may have it.
        if (callbacks.IsCompleted)
        {
            cancellation.Dispose();
        }
    }
}
