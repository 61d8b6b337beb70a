using DurableQueue.Storage;

namespace DurableQueue.Worker;

/// <summary>One checked-out task in this process: its token, why it fired, and how long the handler may still take to return.</summary>
internal sealed class Attempt : IThreadPoolWorkItem, IDisposable
{
    /// <summary>A timeout may be 365 days, but a system timer takes at most 49.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(30);

    /// <summary>Also what is locked: an attempt is made for each task, and a lock of its own would be one more object.</summary>
    private readonly CancellationTokenSource cancellation = new();

    private readonly TimeProvider time;
    private readonly Dispatcher dispatcher;
    private readonly TimeSpan grace;
    private readonly long startedAt;
    private readonly TimeSpan ranBefore;
    private readonly ITimer? timeout;
    private TimeSpan paused;
    private long pausedAt;
    private int pauses;
    private AttemptProgress? progress;
    private ITimer? graceTimer;
    private Task callbacks = Task.CompletedTask;
    private Arrival? returning;
    private StopReason reason;
    private bool isSettling;
    private bool hasReturned;
    private volatile bool hasStarted;

    public Attempt(LeasedTask leased, TimeSpan grace, TimeProvider time, Dispatcher dispatcher)
    {
        Leased = leased;
        Token = cancellation.Token;
        this.grace = grace;
        this.time = time;
        this.dispatcher = dispatcher;
        startedAt = RenewedAt = time.GetTimestamp();
        if (leased.Timeout is not null)
        {
            ranBefore = leased.TakenOver ? time.GetUtcNow() - leased.StartedAt : TimeSpan.Zero;
            timeout = time.CreateTimer(_ => StopWhenOver(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            StopWhenOver();
        }
    }

    public LeasedTask Leased { get; }

    public CancellationToken Token { get; }

    /// <summary>What the handler reported; <see langword="null"/> if it never did.</summary>
    public AttemptProgress? Progress => Volatile.Read(ref progress);

    /// <summary>Raised with the end of an attempt that succeeded. Set by the handler.</summary>
    public NewNotification? Notification { get; set; }

    /// <summary>When the lease was last known to be ours, in the clock's timestamps. Only the lease keeper writes it.</summary>
    public long RenewedAt { get; set; }

    /// <summary>Runs the handler and settles the attempt.</summary>
    public Action<Attempt>? Runs { get; init; }

    /// <summary>Called when the handler was told to stop and has had its time for it; maybe more than once, also after it has returned.</summary>
    public Action<Attempt>? GraceOver { get; init; }

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

    /// <summary>On a thread of the pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        hasStarted = true;
        Runs?.Invoke(this);
    }

    /// <summary>The pool has begun with the handler.</summary>
    public bool HasStarted => hasStarted;

    /// <summary>How it ends is decided: nothing that the handler still does counts.</summary>
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
    /// Has the handler's token cancelled, at once but by another thread: what the handler registered on it may block. The first reason counts, but a
    /// lost lease before all others.
    /// </summary>
    /// <returns>Whether the reason is now this one and was not before.</returns>
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
                graceTimer = time.CreateTimer(_ => EndGrace(), null, grace, Timeout.InfiniteTimeSpan);
                callbacks = dispatcher.RunAsync(cancellation.Cancel).AsTask();
            }

            reason = why;
            return true;
        }
    }

    /// <summary>For the handler's calls: ends the one that found the lease gone, with the token cancelled.</summary>
    public OperationCanceledException LoseLease(string message)
    {
        Stop(StopReason.LeaseLost);
        SpinWait.SpinUntil(() => Token.IsCancellationRequested || IsSettling);
        return new OperationCanceledException(message, Token);
    }

    /// <summary>From now on the timeout does not count, until <see cref="ResumeTimeout"/> was called as often.</summary>
    public void PauseTimeout()
    {
        lock (cancellation)
        {
            if (timeout is not null && pauses++ == 0)
            {
                pausedAt = time.GetTimestamp();
                timeout.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Ends one <see cref="PauseTimeout"/>.</summary>
    public void ResumeTimeout()
    {
        lock (cancellation)
        {
            if (timeout is null || --pauses > 0)
            {
                return;
            }

            paused += time.GetElapsedTime(pausedAt);
        }

        StopWhenOver();
    }

    /// <summary>The handler gets no more time to stop.</summary>
    public void EndGrace() => GraceOver?.Invoke(this);

    /// <summary>
    /// For the one who settles the attempt: from now on its reason stands, and a lease that turns out to be gone was ended by ourselves.
    /// </summary>
    /// <returns>False if somebody else settles it.</returns>
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

    /// <summary>The handler has returned, but somebody else settles the attempt.</summary>
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

            returning ??= new Arrival(dispatcher);
            return returning.Task.AsTask();
        }
    }

    /// <summary>Where the handler's reports are kept until they are written.</summary>
    public AttemptProgress StartProgress()
    {
        lock (cancellation)
        {
            return progress ??= new AttemptProgress(dispatcher);
        }
    }

    /// <summary>What went wrong in a callback that the handler registered on its token.</summary>
    public Exception? CallbackError => callbacks.Exception?.InnerException;

    public void Dispose()
    {
        timeout?.Dispose();
        graceTimer?.Dispose();

        // A callback that still runs may use the source; without timers and wait handles nothing is lost by leaving it to the collector.
        if (callbacks.IsCompleted)
        {
            cancellation.Dispose();
        }
    }

    private void StopWhenOver()
    {
        TimeSpan left;
        lock (cancellation)
        {
            if (pauses > 0 || isSettling)
            {
                return;
            }

            left = Leased.Timeout!.Value + paused - ranBefore - time.GetElapsedTime(startedAt);
        }

        if (left <= TimeSpan.Zero)
        {
            Stop(StopReason.TimedOut);
            return;
        }

        // Whole milliseconds, rounded up: timers know no finer unit.
        var next = left < LongestTimer ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)) : LongestTimer;
        timeout!.Change(next, Timeout.InfiniteTimeSpan);
    }
}
