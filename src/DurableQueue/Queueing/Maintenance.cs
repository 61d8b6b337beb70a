using DurableQueue.Storage;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Queueing;

/// <summary>
/// What an open queue does by itself: fires schedules, ends delays, takes back leases and lets requests expire at their time, works off dependency cascades,
/// marks its workers as seen, and lets the store tend to itself.
/// </summary>
internal sealed class Maintenance : IDisposable
{
    /// <summary>How many schedules one transaction refreshes.</summary>
    private const int SchedulesAtOnce = 500;

    private static readonly TimeSpan RoundPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SeenPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RulesPeriod = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly IUpkeepStore store;
    private readonly QueueSignals signals;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly bool active;
    private readonly ITimer deadlineTimer;
    private readonly ITimer? roundTimer;
    private readonly Lock arming = new();
    private readonly BackgroundRun cascading;
    private readonly BackgroundRun sweeping;
    private readonly BackgroundRun probing;
    private long armedForMs = long.MaxValue;
    private long seenAt;

    /// <summary>When schedules were last compared with the rules of their time zones.</summary>
    private long? comparedAt;
    private volatile bool stopped;

    /// <param name="store">What is looked after.</param>
    /// <param name="settings">Those of the queue.</param>
    public Maintenance(ITaskStore store, QueueSettings settings)
    {
        this.store = store.Upkeep;
        signals = store.Signals;
        logger = settings.Logger;
        time = settings.Time;
        active = settings.BackgroundSweeps;
        seenAt = time.GetTimestamp();
        cascading = new BackgroundRun(CascadeAsync, Failed, settings.Dispatcher);
        sweeping = new BackgroundRun(SweepAsync, Failed, settings.Dispatcher);
        probing = new BackgroundRun(ProbeAsync, Failed, settings.Dispatcher);
        deadlineTimer = time.CreateTimer(_ => AtDeadline(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        signals.DeadlineSet += Arm;
        signals.DeadlineFound += ArmEarlier;
        signals.CascadeLeft += cascading.Request;
        roundTimer = active ? time.CreateTimer(_ => Round(), null, RoundPeriod, RoundPeriod) : null;
    }

    /// <summary>Finds what earlier queues on the store left to do.</summary>
    public void Start() => probing.Request();

    /// <summary>From now on no timer touches the queue. One that has fired already may still be waiting for a thread: nobody waits for it.</summary>
    public void Dispose()
    {
        lock (arming)
        {
            stopped = true;
        }

        deadlineTimer.Dispose();
        roundTimer?.Dispose();
    }

    /// <summary>After a commit of this queue: sets the timer to what is next.</summary>
    private void Arm(long nextMs)
    {
        lock (arming)
        {
            if (nextMs != armedForMs)
            {
                Set(nextMs);
            }
        }
    }

    /// <summary>After a commit of another process: the timer may have to fire earlier.</summary>
    private void ArmEarlier(long nextMs)
    {
        lock (arming)
        {
            if (nextMs < armedForMs)
            {
                Set(nextMs);
            }
        }
    }

    private void Set(long nextMs)
    {
        armedForMs = nextMs;
        if (stopped)
        {
            return;
        }

        deadlineTimer.SetOnce(time, () => nextMs == long.MaxValue
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromMilliseconds(Math.Clamp(nextMs - time.GetUtcNow().ToUnixTimeMilliseconds(), 1, LongestTimer.TotalMilliseconds)));
    }

    private void AtDeadline()
    {
        lock (arming)
        {
            armedForMs = long.MaxValue;
        }

        signals.Ready.Advance();
        if (active)
        {
            sweeping.Request();
        }
    }

    private void Round()
    {
        lock (arming)
        {
            if (stopped)
            {
                return;
            }

            store.Tend();
        }

        probing.Request();
    }

    /// <summary>Finds, without a lock, what others left: deadlines that they set, and the cascade of one that is gone.</summary>
    private async Task ProbeAsync()
    {
        if (active)
        {
            await store.SyncAsync(CancellationToken.None).ConfigureAwait(false);
        }

        var pending = await store.FindPendingAsync(CancellationToken.None).ConfigureAwait(false);
        ArmEarlier(pending.NextDeadlineMs);
        if (pending.AnyCascade)
        {
            cascading.Request();
        }

        if (active && AreWorkersDue())
        {
            seenAt = time.GetTimestamp();
            await store.KeepWorkersAsync(CancellationToken.None).ConfigureAwait(false);
        }

        // Last: if it fails, all else was done.
        if (active && (comparedAt is not { } last || time.GetElapsedTime(last) >= RulesPeriod))
        {
            await CompareSchedulesAsync().ConfigureAwait(false);
        }
    }

    private bool AreWorkersDue() => store.Workers switch
    {
        WorkersMet.None => false,
        WorkersMet.Unstored => true,
        _ => time.GetElapsedTime(seenAt) >= SeenPeriod,
    };

    /// <summary>A machine gets new rules for time zones while the store is closed, and rarely while it is open.</summary>
    private async Task CompareSchedulesAsync()
    {
        var outdated = await store.FindOutdatedSchedulesAsync(CancellationToken.None).ConfigureAwait(false);
        foreach (var chunk in outdated.Chunk(SchedulesAtOnce))
        {
            await store.RefreshSchedulesAsync(chunk, CancellationToken.None).ConfigureAwait(false);
        }

        comparedAt = time.GetTimestamp();
    }

    private async Task CascadeAsync()
    {
        while (!stopped && await store.RunCascadeAsync(CancellationToken.None).ConfigureAwait(false))
        {
        }
    }

    private async Task SweepAsync()
    {
        var mayBeMore = true;
        while (!stopped && mayBeMore)
        {
            mayBeMore = (await store.SweepAsync(CancellationToken.None).ConfigureAwait(false)).MayBeMore;
        }
    }

    /// <summary>Nothing is lost by an error: stored work stays stored, and the next round, or another process, continues.</summary>
    private void Failed(Exception error)
    {
        // The loss of the files was already logged once.
        if (!stopped && error is not QueueStorageException { Error: QueueStorageError.Lost })
        {
            logger.BackgroundWorkFailed(error);
        }
    }
}
