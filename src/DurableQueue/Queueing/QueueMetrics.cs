using System.Diagnostics.Metrics;
using DurableQueue.Storage;
using Names = DurableQueue.DurableQueueTelemetry;

namespace DurableQueue.Queueing;

/// <summary>The instruments of one queue. They cost nothing while nobody listens.</summary>
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
            Counter(Names.Enqueued, "Tasks stored"),
            Counter(Names.CheckedOut, "Tasks given to workers"),
            Counter(Names.Completed, "Tasks that succeeded"),
            Counter(Names.Failed, "Tasks that failed for good"),
            Counter(Names.Retried, "Tasks queued again"),
            Counter(Names.Reaped, "Expired leases taken back"),
            Counter(Names.Cancelled, "Tasks that were cancelled"),
        ];
        waitTime = meter.CreateHistogram(Names.WaitTime, "s", "From the moment a task could run to its checkout", advice: Names.TaskTimes);
        batchSize = meter.CreateHistogram(
            Names.BatchSize,
            "{operation}",
            "Operations per transaction",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] });
        commitTime = meter.CreateHistogram(
            Names.CommitTime,
            "s",
            "How long commits take",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            });
    }

    /// <summary>Somebody listens to a counter of tasks.</summary>
    public bool CountsTasks => Array.Exists(counters, counter => counter.Enabled);

    public bool TimesWaits => waitTime.Enabled;

    /// <summary>Makes the gauges, which look at the queue when somebody observes them.</summary>
    /// <param name="read">Reads all groups; gives none if that cannot be done now.</param>
    /// <param name="time">Tells how old a look is.</param>
    public void Observe(Func<IReadOnlyList<GroupDepth>> read, TimeProvider time)
    {
        var look = new SharedLook(read, time);
        Gauge(Names.Ready, "Queued tasks that could run", depth => depth.Ready);
        Gauge(Names.Scheduled, "Queued tasks held by a delay or a backoff", depth => depth.Scheduled);
        Gauge(Names.Blocked, "Queued tasks held by something else", depth => depth.Blocked);
        meter.CreateObservableGauge(
            Names.OldestReadyAge,
            () => look.Take(Names.OldestReadyAge)
                .Where(depth => depth.OldestReadyAge is not null)
                .Select(depth => new Measurement<double>(depth.OldestReadyAge!.Value.TotalSeconds, GroupTag(depth.Group))),
            "s",
            "For how long the longest waiting ready task has been ready");

        void Gauge(string name, string description, Func<GroupDepth, long> value) => meter.CreateObservableGauge(
            name, () => look.Take(name).Select(depth => new Measurement<long>(value(depth), GroupTag(depth.Group))), "{task}", description);
    }

    /// <summary>After a commit: how large it was.</summary>
    public void Record(int operations, TimeSpan commit)
    {
        batchSize.Record(operations);
        commitTime.Record(commit.TotalSeconds);
    }

    /// <summary>What happened to tasks.</summary>
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

    /// <summary>One look at the queue serves each gauge once: the gauges of one collection tell of one moment, at the cost of one read.</summary>
    private sealed class SharedLook(Func<IReadOnlyList<GroupDepth>> read, TimeProvider time)
    {
        private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

        private readonly Lock gate = new();
        private readonly HashSet<string> served = [];
        private IReadOnlyList<GroupDepth>? depths;
        private long readAt;

        public IReadOnlyList<GroupDepth> Take(string gauge)
        {
            lock (gate)
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
