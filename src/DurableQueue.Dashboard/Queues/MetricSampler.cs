namespace DurableQueue.Dashboard.Queues;

/// <summary>
/// Samples the counters of a queue every ten seconds, for a day, in memory: what all processes did, and only while this one runs.
/// </summary>
internal sealed class MetricSampler(ITaskQueue queue, TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private const int Most = 24 * 60 * 6;

    /// <summary>Of how many of the latest finishes the durations are taken.</summary>
    private const int MostFinished = 200;

    private readonly Lock sync = new();
    private readonly Queue<MetricSample> samples = new();
    private (DateTimeOffset At, StateCounts Counts, long Finished)? last;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<MetricSample> Samples
    {
        get
        {
            lock (sync)
            {
                return [.. samples];
            }
        }
    }

    /// <summary>Samples until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                try
                {
                    await SampleAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (DurableQueueException)
                {
                    // The queue is locked or lost: a gap. The next read of a page says what is wrong.
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The host stops.
        }
    }

    /// <summary>Takes one sample.</summary>
    public async Task SampleAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var counts = (await queue.Inspector.CountAsync(cancellationToken).ConfigureAwait(false)).Total;
        var finished = await queue.Inspector.GetFinishSequenceAsync(cancellationToken).ConfigureAwait(false);
        if (last is { } before && now > before.At)
        {
            var tasks = finished == before.Finished ? [] : await FinishedSinceAsync(before.At, cancellationToken).ConfigureAwait(false);
            Add(before, now, counts, finished, tasks);
        }

        last = (now, counts, finished);
    }

    private async ValueTask<IReadOnlyList<TaskInfo>> FinishedSinceAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var page = await queue.Inspector.QueryAsync(new TaskQuery { Order = TaskOrder.FinishedDescending, Limit = MostFinished }, cancellationToken).ConfigureAwait(false);
        return [.. page.Tasks.Where(task => task.FinishedAt >= since)];
    }

    private void Add((DateTimeOffset At, StateCounts Counts, long Finished) before, DateTimeOffset now, StateCounts counts, long finished, IReadOnlyList<TaskInfo> tasks)
    {
        var seconds = (now - before.At).TotalSeconds;
        // The sequence counts every finish; the counters tell the outcomes, but retention takes from them too.
        var total = finished - before.Finished;
        var (failed, cancelled) = (Risen(before.Counts.Failed, counts.Failed), Risen(before.Counts.Cancelled, counts.Cancelled));
        var sample = new MetricSample
        {
            At = now,
            Queued = counts.Queued,
            Running = counts.CheckedOut,
            Succeeded = Math.Max(0, total - failed - cancelled) / seconds,
            Failed = failed / seconds,
            Cancelled = cancelled / seconds,
            Enqueued = Math.Max(0, counts.Unfinished - before.Counts.Unfinished + total) / seconds,
            Wait = Percentiles.Of(tasks.Where(task => task.StartedAt is not null).Select(task => task.StartedAt!.Value - Later(task.EnqueuedAt, task.NotBefore))),
            Run = Percentiles.Of(tasks.Where(task => task.StartedAt is not null && task.FinishedAt is not null).Select(task => task.FinishedAt!.Value - task.StartedAt!.Value)),
        };
        lock (sync)
        {
            samples.Enqueue(sample);
            if (samples.Count > Most)
            {
                samples.Dequeue();
            }
        }
    }

    private static long Risen(long before, long now) => Math.Max(0, now - before);

    private static DateTimeOffset Later(DateTimeOffset first, DateTimeOffset? second) => second is { } known && known > first ? known : first;
}
