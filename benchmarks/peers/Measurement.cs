using System.Diagnostics;

namespace DurableQueue.Peers;

/// <summary>The workloads. Each measurement has a new file.</summary>
internal static class Measurement
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <returns>Jobs per second that so many callers add, each one after the other.</returns>
    public static async Task<double> EnqueueAsync(IPeer peer, int jobs, int callers)
    {
        var directory = Directory.CreateTempSubdirectory("durable-queue-peers-");
        try
        {
            await using var queue = await peer.OpenAsync(Path.Combine(directory.FullName, "jobs.db"), peer.DefaultWorkers, new Runs(jobs));
            var clock = Stopwatch.StartNew();
            await FillAsync(queue, jobs, callers);
            return jobs / clock.Elapsed.TotalSeconds;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <returns>
    /// Jobs per second from the start of the worker until the last one has run, how many ran more than once, and the settings of the connections.
    /// </returns>
    public static async Task<(double PerSecond, int Repeated, Durable Settings)> RunAsync(IPeer peer, int jobs, int workers)
    {
        var directory = Directory.CreateTempSubdirectory("durable-queue-peers-");
        try
        {
            var runs = new Runs(jobs);
            await using var queue = await peer.OpenAsync(Path.Combine(directory.FullName, "jobs.db"), workers, runs);
            await FillAsync(queue, jobs, callers: 1);
            var settings = await queue.ReadSettingsAsync();
            var clock = Stopwatch.StartNew();
            await queue.StartAsync();
            await runs.All.WaitAsync(Longest);
            return (jobs / clock.Elapsed.TotalSeconds, runs.Repeated, settings);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Callers have threads of their own, since not every library has asynchronous calls.</summary>
    private static async Task FillAsync(IPeerQueue queue, int jobs, int callers)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Factory.StartNew(
            async () =>
            {
                for (var number = Interlocked.Increment(ref next); number < jobs; number = Interlocked.Increment(ref next))
                {
                    await queue.EnqueueAsync(number);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));
    }
}
