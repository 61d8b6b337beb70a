using Microsoft.Extensions.Logging;

namespace DurableQueue.Worker;

/// <summary>Warns, once each time, when the thread pool starts nothing any more, and names the handlers that run: one that blocks its thread is to blame.</summary>
internal sealed class ThreadPoolMonitor(string worker, TimeProvider time, ILogger log)
{
    private const int MostNamed = 5;

    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1);

    /// <summary>When the probe was posted that the pool has not started yet.</summary>
    private long? probedAt;
    private volatile bool started;
    private bool warned;

    /// <summary>Called now and then while attempts run, by one thread at a time.</summary>
    public void Look(IReadOnlyList<Attempt> attempts)
    {
        if (probedAt is { } posted && !started)
        {
            var waited = time.GetElapsedTime(posted);
            if (waited >= Late && !warned)
            {
                warned = true;
                log.PoolStarves(worker, waited, Name(attempts));
            }

            return;
        }

        warned = false;
        started = false;
        probedAt = time.GetTimestamp();
        ThreadPool.UnsafeQueueUserWorkItem(static watch => watch.started = true, this, preferLocal: false);
    }

    /// <summary>The types of the most handlers first.</summary>
    private static string Name(IReadOnlyList<Attempt> attempts) => string.Join(
        ", ",
        attempts.Where(attempt => attempt.HasStarted)
            .CountBy(attempt => attempt.Leased.Type)
            .OrderByDescending(type => type.Value)
            .Take(MostNamed)
            .Select(type => $"{type.Key} ({type.Value} running)"));
}
