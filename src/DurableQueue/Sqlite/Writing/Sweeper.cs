using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Sqlite;

/// <summary>
/// What an open queue does by itself: fires schedules, ends delays, takes back leases and lets requests expire at their time, works off settling work, says that its workers
/// live, and cuts the log when nothing is written.
/// </summary>
internal sealed partial class Sweeper : IDisposable
{
    private static readonly TimeSpan RoundPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SeenPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RulesPeriod = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly Writer writer;
    private readonly WriteContext context;
    private readonly Checkpoints checkpoints;
    private readonly QueueSignals signals;
    private readonly Readers readers;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly bool active;
    private readonly ITimer deadlineTimer;
    private readonly ITimer? roundTimer;
    private long seenAt;

    /// <summary>When schedules were last compared with the rules of their time zones.</summary>
    private long? comparedAt;
    private readonly Lock arming = new();
    private long armedForMs = long.MaxValue;
    private readonly BackgroundRun settling;
    private readonly BackgroundRun sweeping;
    private readonly BackgroundRun looking;
    private volatile bool stopped;

    public Sweeper(
        Writer writer,
        WriteContext context,
        Checkpoints checkpoints,
        QueueSignals signals,
        Readers readers,
        Dispatcher dispatcher,
        TimeProvider time,
        ILogger logger,
        bool active)
    {
        this.writer = writer;
        this.context = context;
        this.checkpoints = checkpoints;
        this.signals = signals;
        this.readers = readers;
        this.logger = logger;
        this.time = time;
        this.active = active;
        seenAt = time.GetTimestamp();
        settling = new BackgroundRun(SettleAsync, Failed, dispatcher);
        sweeping = new BackgroundRun(SweepAsync, Failed, dispatcher);
        looking = new BackgroundRun(LookAsync, Failed, dispatcher);
        deadlineTimer = time.CreateTimer(_ => AtDeadline(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        roundTimer = active ? time.CreateTimer(_ => Round(), null, RoundPeriod, RoundPeriod) : null;
    }

    /// <summary>Looks for what earlier queues on the file left to do.</summary>
    public void Start() => looking.Request();

    /// <summary>After a commit of this queue: sets the timer to what is next.</summary>
    /// <param name="next">When, or <see cref="long.MaxValue"/> for never.</param>
    public void Arm(long next)
    {
        lock (arming)
        {
            if (next != armedForMs)
            {
                Set(next);
            }
        }
    }

    /// <summary>After a commit of somebody: the timer may have to fire earlier.</summary>
    public void ArmEarlier(long next)
    {
        lock (arming)
        {
            if (next < armedForMs)
            {
                Set(next);
            }
        }
    }

    /// <summary>Works off stored settling work in the background.</summary>
    public void Settle() => settling.Request();

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

    private void Set(long next)
    {
        armedForMs = next;
        if (stopped)
        {
            return;
        }

        deadlineTimer.SetOnce(time, () => next == long.MaxValue
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromMilliseconds(Math.Clamp(next - time.GetUtcNow().ToUnixTimeMilliseconds(), 1, LongestTimer.TotalMilliseconds)));
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

            // Due without a batch of this queue: after transactions of the application.
            if (checkpoints.CheckForIdle() || checkpoints.IsDue)
            {
                writer.Nudge();
            }
        }

        looking.Request();
    }

    /// <summary>Looks, without a lock, for what others left: deadlines that they set, and settling work of one that is gone.</summary>
    private async Task LookAsync()
    {
        var (next, anySettling) = await readers.ReadAsync(
            connection => (Deadlines.ReadNext(connection), CascadeRecords.ReadAny(connection)), CancellationToken.None).ConfigureAwait(false);
        ArmEarlier(next);
        if (anySettling)
        {
            settling.Request();
        }

        if (active && context.Workers.Any && (context.Workers.AnyUnstored || time.GetElapsedTime(seenAt) >= SeenPeriod))
        {
            seenAt = time.GetTimestamp();
            await writer.RunAsync(new KeepWorkers(leave: false), CancellationToken.None).ConfigureAwait(false);
        }

        // Last: if it fails, all else was done.
        if (active && (comparedAt is not { } last || time.GetElapsedTime(last) >= RulesPeriod))
        {
            await CompareSchedulesAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A machine gets new rules for time zones while the file is closed, and rarely while it is open.</summary>
    private async Task CompareSchedulesAsync()
    {
        var outdated = await readers.ReadAsync(connection => ScheduleRow.FindOutdated(connection), CancellationToken.None).ConfigureAwait(false);
        foreach (var chunk in outdated.Chunk(FireSchedules.Most))
        {
            await writer.RunAsync(new RefreshSchedules(chunk), CancellationToken.None).ConfigureAwait(false);
        }

        comparedAt = time.GetTimestamp();
    }

    private async Task SettleAsync()
    {
        while (!stopped && await writer.RunAsync(new RunCascade(), CancellationToken.None).ConfigureAwait(false))
        {
        }
    }

    private async Task SweepAsync()
    {
        var result = new SweepResult(0, MayBeMore: true);
        while (!stopped && result.MayBeMore)
        {
            result = await writer.RunAsync(new Sweep(), CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Nothing is lost by an error: stored work stays stored, and the next round, or another process, goes on with it.</summary>
    private void Failed(Exception error)
    {
        // That the files are gone has been said, once.
        if (!stopped && error is not QueueStorageException { Error: QueueStorageError.Lost })
        {
            BackgroundWorkFailed(logger, error);
        }
    }

    [LoggerMessage(102, LogLevel.Warning, "Background work of the queue failed; it is tried again")]
    private static partial void BackgroundWorkFailed(ILogger logger, Exception error);
}
