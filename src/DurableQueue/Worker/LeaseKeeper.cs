using DurableQueue.Storage;
using Microsoft.Extensions.Logging;
using Polly;

namespace DurableQueue.Worker;

/// <summary>Renews the leases of a worker's attempts with one call per interval, and stops attempts that lost their lease or were cancelled.</summary>
internal sealed class LeaseKeeper : IDisposable
{
    /// <summary>Long leases are renewed more often than they need, because a heartbeat also reports a cancel request whose signal was missed.</summary>
    internal static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(5);

    /// <summary>The most leases that one call renews. The worker's slots don't bound the number of attempts that wait.</summary>
    private const int MostPerCall = 10_000;

    private readonly Lock sync = new();
    private readonly RunningAttempts running;
    private readonly ITaskQueue queue;
    private readonly ProgressWriter progress;
    private readonly TimeProvider time;
    private readonly ResiliencePipeline retry;
    private readonly ITimer timer;
    private readonly BackgroundRun renewing;
    private readonly CancellationTokenSource stopping = new();
    private readonly Places turn;
    private readonly ThreadPoolMonitor pool;
    private long armedFor = long.MaxValue;

    public LeaseKeeper(RunningAttempts running, ITaskQueue queue, ProgressWriter progress, string worker, TimeProvider time, Dispatcher dispatcher, ILogger log)
    {
        renewing = new BackgroundRun(RenewIfDueAsync, error => log.LeasesNotRenewed(worker, error), dispatcher);
        turn = new Places(1, dispatcher);
        pool = new ThreadPoolMonitor(worker, time, log);
        this.running = running;
        this.queue = queue;
        this.progress = progress;
        this.time = time;
        retry = StorageRetry.Create("renew leases", worker, error => error is not (OperationCanceledException or ObjectDisposedException), time, log);
        timer = time.CreateTimer(_ => renewing.Request(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops the renewals. Completes when one that is running has ended.</summary>
    public async Task StopAsync()
    {
        stopping.Cancel();
        await turn.TakeAsync(CancellationToken.None).ConfigureAwait(false);
        turn.Release();
    }

    private async Task RenewIfDueAsync()
    {
        await turn.TakeAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            stopping.Token.ThrowIfCancellationRequested();
            Disarm();
            if (Ours().Any(attempt => DueAt(attempt) <= time.GetTimestamp()))
            {
                await retry.ExecuteAsync(RenewAllAsync, stopping.Token).ConfigureAwait(false);
                pool.Check(running.ToArray());
            }

            Watch(Ours());
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException || StorageRetry.IsFinal(error))
        {
            // The worker has stopped, the queue was closed, or its files are lost: there is no lease left to keep.
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Makes sure that the next renewal is not later than these attempts need.</summary>
    public void Watch(ReadOnlySpan<Attempt> attempts)
    {
        var next = long.MaxValue;
        foreach (var attempt in attempts)
        {
            next = Math.Min(next, DueAt(attempt));
        }

        lock (sync)
        {
            if (next < armedFor)
            {
                armedFor = next;
                Arm(next);
            }
        }
    }

    public void Dispose()
    {
        timer.Dispose();
        stopping.Dispose();
    }

    private void Disarm()
    {
        lock (sync)
        {
            armedFor = long.MaxValue;
        }
    }

    private async ValueTask RenewAllAsync(CancellationToken cancellationToken)
    {
        // Not awaited before the renewal, so that both are one transaction.
        var reports = progress.WriteAllAsync();
        foreach (var attempts in Ours().Chunk(MostPerCall))
        {
            await RenewAsync(attempts, cancellationToken).ConfigureAwait(false);
        }

        await reports.ConfigureAwait(false);
    }

    private async Task RenewAsync(Attempt[] attempts, CancellationToken cancellationToken)
    {
        // Taken before the call: the lease is renewed at some moment during it, and the earliest is the safe assumption.
        var renewedAt = time.GetTimestamp();
        var results = await queue.HeartbeatAsync(Array.ConvertAll(attempts, attempt => attempt.Leased.Lease), cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < attempts.Length; i++)
        {
            attempts[i].RenewedAt = renewedAt;
            Apply(results[i], attempts[i]);
        }
    }

    private static void Apply(HeartbeatResult result, Attempt attempt)
    {
        if (result == HeartbeatResult.CancelRequested)
        {
            attempt.Stop(StopReason.CancelRequested);
        }
        else if (result == HeartbeatResult.Lost)
        {
            attempt.Stop(StopReason.LeaseLost);
        }
    }

    private Attempt[] Ours() => Array.FindAll(running.ToArray(), attempt => attempt.Reason != StopReason.LeaseLost);

    private long DueAt(Attempt attempt)
    {
        var third = attempt.Leased.LeaseDuration / 3;
        var interval = third < LongestInterval ? third : LongestInterval;
        return attempt.RenewedAt + (long)(interval.TotalSeconds * time.TimestampFrequency);
    }

    private void Arm(long timestamp)
    {
        // Whole milliseconds, rounded up: timers know no finer unit, and one that fires early would only be set again.
        timer.SetOnce(time, () => TimeSpan.FromMilliseconds(
            Math.Max(Math.Ceiling(time.GetElapsedTime(time.GetTimestamp(), timestamp).TotalMilliseconds), 0)));

        // A test's clock may be past it already.
        if (timestamp <= time.GetTimestamp())
        {
            renewing.Request();
        }
    }
}
