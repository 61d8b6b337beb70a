using DurableQueue.Storage;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Worker;

/// <summary>Writes the latest progress report of each attempt, all attempts of a worker together.</summary>
internal sealed class ProgressWriter : IDisposable
{
    /// <summary>The longest time before a report is written.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock sync = new();
    private readonly HashSet<Attempt> reported = [];
    private readonly ITaskQueue queue;
    private readonly ILogger log;
    private readonly ITimer timer;

    public ProgressWriter(ITaskQueue queue, TimeProvider time, Dispatcher dispatcher, ILogger log)
    {
        this.queue = queue;
        this.log = log;
        timer = time.CreateTimer(_ => dispatcher.PostInFrame(() => _ = WriteAllAsync()), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Report(Attempt attempt, double fraction, string? message)
    {
        attempt.StartProgress().Set(fraction, message);
        lock (sync)
        {
            if (reported.Add(attempt) && reported.Count == 1)
            {
                timer.Change(Interval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Writes what was reported since the last call. Errors are logged.</summary>
    public Task WriteAllAsync()
    {
        Attempt[] attempts;
        lock (sync)
        {
            attempts = [.. reported];
            reported.Clear();
        }

        return Task.WhenAll(attempts.Select(WriteAsync));
    }

    /// <summary>Writes the report of one attempt if that hasn't happened yet. Errors are logged.</summary>
    public async Task WriteAsync(Attempt attempt)
    {
        try
        {
            await attempt.StartProgress().WriteAsync(queue, attempt).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            log.ProgressNotStored(attempt.Leased.Id, attempt.Leased.Type, error);
        }
    }

    public void Dispose() => timer.Dispose();
}
