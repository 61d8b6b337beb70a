using Microsoft.Extensions.Logging;

namespace DurableQueue.Worker;

/// <summary>Warns once when the thread pool stops starting work, and names the handlers that run: one that blocks its thread is the likely cause.</summary>
internal sealed class ThreadPoolMonitor(string worker, TimeProvider time, ILogger log)
{
    private const int MostNamed = 5;

    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1);

    /// <summary>When the latest probe was queued to the pool.</summary>
    private long? probedAt;
    private volatile bool started;
    private bool warned;

    /// <summary>Called from time to time while attempts run, by one thread at a time.</summary>
    public void Check(IReadOnlyList<Attempt> attempts)
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

    /// <summary>Names the types with the most running handlers.</summary>
    private static string Name(IReadOnlyList<Attempt> attempts) => string.Join(
        ", ",
        attempts.Where(attempt => attempt.HasStarted)
            .CountBy(attempt => attempt.Leased.Type)
            .OrderByDescending(type => type.Value)
            .Take(MostNamed)
            .Select(type => $"{type.Key} ({type.Value} running)"));
}
