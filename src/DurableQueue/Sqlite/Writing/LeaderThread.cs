using Polly;
using Polly.Retry;

namespace DurableQueue.Sqlite;

/// <summary>
/// The writer's own thread, which waits when the first try failed: for the file lock, or for a foreign writer. It is created when first needed, so that
/// neither a caller's thread nor one of the pool is blocked.
/// </summary>
internal sealed class LeaderThread : IDisposable
{
    private static readonly TimeSpan LateCheckPeriod = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim wanted = new(0);
    private readonly Lazy<ResiliencePipeline<bool>> retry;
    private readonly Action lead;
    private readonly Action giveUpLate;
    private Thread? thread;
    private readonly TimeProvider time;
    private ITimer? late;
    private volatile bool stopped;

    /// <param name="lead">Waits for the file lock, and leads one batch.</param>
    /// <param name="anyWaiting">Whether a caller still waits.</param>
    /// <param name="giveUpLate">Ends the wait of callers whose time is over; called while <paramref name="lead"/> runs.</param>
    /// <param name="time">The clock of that.</param>
    public LeaderThread(Action lead, Func<bool> anyWaiting, Action giveUpLate, TimeProvider time)
    {
        this.time = time;
        this.lead = lead;
        this.giveUpLate = giveUpLate;
        retry = new Lazy<ResiliencePipeline<bool>>(() => new ResiliencePipelineBuilder<bool>()
            .AddRetry(new RetryStrategyOptions<bool>
            {
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome is { Exception: null, Result: false } && anyWaiting()),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(1),
                MaxDelay = TimeSpan.FromMilliseconds(20),
                UseJitter = true,
            })
            .Build());
    }

    /// <summary>Called by the leader, and so by one thread at a time.</summary>
    public void Start()
    {
        if (thread is null)
        {
            late = time.CreateTimer(_ => giveUpLate(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            thread = new Thread(Run) { IsBackground = true, Name = "DurableQueue file lock" };
            thread.Start();
        }

        wanted.Release();
    }

    /// <summary>Tries again after short, jittered waits, until it succeeds or no caller waits any more.</summary>
    public void RetryWhileBusy(Func<bool> attempt) => retry.Value.Execute(attempt);

    public void Dispose()
    {
        // The thread gives the timer back: it may be waiting, and set it again.
        stopped = true;
        wanted.Release();
    }

    private void Run()
    {
        while (true)
        {
            wanted.Wait();
            if (stopped)
            {
                late!.Dispose();
                return;
            }

            late!.Change(LateCheckPeriod, LateCheckPeriod);
            lead();
            late.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
