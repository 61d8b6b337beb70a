using System.Diagnostics.Metrics;
using DurableQueue.Storage;
using Names = DurableQueue.DurableQueueTelemetry;

namespace DurableQueue.Queueing;

/// <summary>The instruments of one queue. They cost nothing without listeners.</summary>
internal sealed class QueueMetrics : IDisposable
{
    private readonly Meter meter;
    private readonly Counter<long>[] counters;
    private readonly Histogram<double> waitTime;
    private readonly Histogram<int> batchSize;
    private readonly Histogram<double> commitTime;

    public QueueMetrics(string queue)
    {
        meter = new Meter(new MeterOptions(Names.MeterName) { Tags = [new(Names.QueueTag, queue)] });
        counters =
        [
            Counter(Names.Enqueued, "Tasks created"),
            Counter(Names.CheckedOut, "Tasks checked out"),
            Counter(Names.Completed, "Tasks that succeeded"),
            Counter(Names.Failed, "Tasks that failed"),
            Counter(Names.Retried, "Tasks queued again"),
            Counter(Names.Reaped, "Expired leases that were reaped"),
            Counter(Names.Cancelled, "Tasks that were cancelled"),
        ];
        waitTime = meter.CreateHistogram(Names.WaitTime, "s", "Time from the moment a task could run to its checkout", advice: Names.TaskTimes);
        batchSize = meter.CreateHistogram(
            Names.BatchSize,
            "{operation}",
            "Operations per transaction",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] });
        commitTime = meter.CreateHistogram(
            Names.CommitTime,
            "s",
            "Duration of commits",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            });
    }

    /// <summary>Whether a counter of tasks has a listener.</summary>
    public bool CountsTasks => Array.Exists(counters, counter => counter.Enabled);

    public bool TimesWaits => waitTime.Enabled;

    /// <summary>Creates the gauges, which read the queue when they are observed.</summary>
    /// <param name="read">Reads all groups; returns none if that isn't possible at the moment.</param>
    /// <param name="time">The clock for the age of a reading.</param>
    public void Observe(Func<IReadOnlyList<GroupDepth>> read, TimeProvider time)
    {
        var reading = new SharedReading(read, time);
        Gauge(Names.Ready, "Queued tasks that are ready", depth => depth.Ready);
        Gauge(Names.Scheduled, "Queued tasks held by a delay or a backoff", depth => depth.Scheduled);
        Gauge(Names.Blocked, "Queued tasks held by dependencies, a stash, an approval or a budget", depth => depth.Blocked);
        meter.CreateObservableGauge(
            Names.OldestReadyAge,
            () => reading.Take(Names.OldestReadyAge)
                .Where(depth => depth.OldestReadyAge is not null)
                .Select(depth => new Measurement<double>(depth.OldestReadyAge!.Value.TotalSeconds, GroupTag(depth.Group))),
            "s",
            "How long the oldest ready task has been ready");

        void Gauge(string name, string description, Func<GroupDepth, long> value) => meter.CreateObservableGauge(
            name, () => reading.Take(name).Select(depth => new Measurement<long>(value(depth), GroupTag(depth.Group))), "{task}", description);
    }

    /// <summary>Records the size and duration of a commit.</summary>
    public void Record(int operations, TimeSpan commit)
    {
        batchSize.Record(operations);
        commitTime.Record(commit.TotalSeconds);
    }

    /// <summary>Counts events of tasks.</summary>
    public void Record(TaskEvents events)
    {
        foreach (var (kind, group, type, outcome, count) in events.Counts)
        {
            var counter = counters[(int)kind];
            if (kind is TaskEventKind.Failed or TaskEventKind.Cancelled)
            {
                counter.Add(count, GroupTag(group), TypeTag(type), new(Names.OutcomeTag, Names.ValueOf(outcome)));
            }
            else
            {
                counter.Add(count, GroupTag(group), TypeTag(type));
            }
        }

        foreach (var (group, type, seconds) in events.Waits)
        {
            waitTime.Record(seconds, GroupTag(group), TypeTag(type));
        }
    }

    public void Dispose() => meter.Dispose();

    private static KeyValuePair<string, object?> GroupTag(string group) => new(Names.GroupTag, group);

    private static KeyValuePair<string, object?> TypeTag(string type) => new(Names.TypeTag, type);

    private Counter<long> Counter(string name, string description) => meter.CreateCounter<long>(name, "{task}", description);

    /// <summary>One reading of the queue serves each gauge once, so that the gauges of one collection are consistent and cost one read.</summary>
    private sealed class SharedReading(Func<IReadOnlyList<GroupDepth>> read, TimeProvider time)
    {
        private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

        private readonly Lock sync = new();
        private readonly HashSet<string> served = [];
        private IReadOnlyList<GroupDepth>? depths;
        private long readAt;

        public IReadOnlyList<GroupDepth> Take(string gauge)
        {
            lock (sync)
            {
                if (depths is null || served.Contains(gauge) || time.GetElapsedTime(readAt) > Longest)
                {
                    served.Clear();
                    readAt = time.GetTimestamp();
                    depths = read();
                }

                served.Add(gauge);
                return depths;
            }
        }
    }
}
