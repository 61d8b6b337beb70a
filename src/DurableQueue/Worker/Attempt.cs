namespace DurableQueue.Worker;

/// <summary>One checked-out task in this process: its token, why it fired, and how long the handler may still take to return.</summary>
internal sealed class Attempt : IDisposable
{
    /// <summary>A timeout may be 365 days, but a system timer takes at most 49.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(30);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource cancellation = new();
    private readonly TaskCompletionSource graceOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider time;
    private readonly TimeSpan grace;
    private readonly long startedAt;
    private readonly ITimer? timeout;
    private ITimer? graceTimer;
    private Task callbacks = Task.CompletedTask;
    private StopReason reason;
    private bool isSealed;

    public Attempt(LeasedTask leased, TimeSpan grace, TimeProvider time)
    {
        Leased = leased;
        Token = cancellation.Token;
        this.grace = grace;
        this.time = time;
        startedAt = RenewedAt = time.GetTimestamp();
        if (leased.Timeout is { } limit)
        {
            timeout = time.CreateTimer(_ => StopAfter(limit), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            StopAfter(limit);
        }
    }

    public LeasedTask Leased { get; }

    public CancellationToken Token { get; }

    public AttemptProgress Progress { get; } = new();

    /// <summary>When the lease was last known to be ours, in the clock's timestamps. Only the lease keeper writes it.</summary>
    public long RenewedAt { get; set; }

    /// <summary>Completes when the handler was told to stop and has had its time for it.</summary>
    public Task GraceOver => graceOver.Task;

    /// <summary>Completes when there is nothing left to do with the lease. The handler may still run.</summary>
    public Task Settled => settled.Task;

    public StopReason Reason
    {
        get
        {
            lock (gate)
            {
                return reason;
            }
        }
    }

    /// <summary>Cancels the handler's token. The first reason counts, but a lost lease before all others. Never blocks.</summary>
    /// <returns>Whether the reason is now this one and was not before.</returns>
    public bool Stop(StopReason why)
    {
        lock (gate)
        {
            if (isSealed || reason == why || (reason != StopReason.None && why != StopReason.LeaseLost))
            {
                return false;
            }

            if (reason == StopReason.None)
            {
                graceTimer = time.CreateTimer(_ => EndGrace(), null, grace, Timeout.InfiniteTimeSpan);
                callbacks = cancellation.CancelAsync();
            }

            reason = why;
            return true;
        }
    }

    /// <summary>The handler gets no more time to stop.</summary>
    public void EndGrace() => graceOver.TrySetResult();

    /// <summary>From now on the attempt is being settled: its reason stands, and a lease that turns out to be gone was ended by ourselves.</summary>
    public StopReason Seal()
    {
        lock (gate)
        {
            isSealed = true;
            timeout?.Dispose();
            return reason;
        }
    }

    public void MarkSettled() => settled.TrySetResult();

    /// <summary>What went wrong in a callback that the handler registered on its token.</summary>
    public Exception? CallbackError => callbacks.Exception?.InnerException;

    public void Dispose()
    {
        timeout?.Dispose();
        graceTimer?.Dispose();
        Progress.Dispose();

        // A callback that still runs may use the source; without timers and wait handles nothing is lost by leaving it to the collector.
        if (callbacks.IsCompleted)
        {
            cancellation.Dispose();
        }
    }

    private void StopAfter(TimeSpan limit)
    {
        var left = limit - time.GetElapsedTime(startedAt);
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
