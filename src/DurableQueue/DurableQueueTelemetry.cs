using System.Diagnostics.Metrics;

namespace DurableQueue;

/// <summary>
/// The names of what the library tells about itself; for <c>AddSource</c>, <c>AddMeter</c>, views and alerts. They are part of the public
/// contract. All durations are in seconds.
/// </summary>
/// <remarks>
/// The instruments of a queue carry the tag <see cref="QueueTag"/> on their meter. No instrument is tagged with task ids, labels, keys or
/// payloads.
/// </remarks>
public static class DurableQueueTelemetry
{
    /// <summary>The activity source of the spans <c>enqueue {group}</c> and <c>process {group}</c>.</summary>
    public const string ActivitySourceName = "DurableQueue";

    /// <summary>The meter of all instruments.</summary>
    public const string MeterName = "DurableQueue";

    /// <summary>Counter: tasks stored; an enqueue that met a taken dedup key does not count.</summary>
    public const string Enqueued = "durablequeue.task.enqueued";

    /// <summary>Counter: tasks given to workers.</summary>
    public const string CheckedOut = "durablequeue.task.checked_out";

    /// <summary>Counter: tasks that ended in state <see cref="TaskState.Done"/>.</summary>
    public const string Completed = "durablequeue.task.completed";

    /// <summary>Counter: tasks that ended in state <see cref="TaskState.Failed"/>, by <see cref="OutcomeTag"/>.</summary>
    public const string Failed = "durablequeue.task.failed";

    /// <summary>Counter: tasks queued again after a failed or abandoned attempt, or by a retry of a finished one.</summary>
    public const string Retried = "durablequeue.task.retried";

    /// <summary>Counter: expired leases taken back.</summary>
    public const string Reaped = "durablequeue.task.reaped";

    /// <summary>Counter: tasks that ended in state <see cref="TaskState.Cancelled"/>, by <see cref="OutcomeTag"/>.</summary>
    public const string Cancelled = "durablequeue.task.cancelled";

    /// <summary>
    /// Histogram: from the moment a task could run (enqueue, or the end of its delay or backoff) to its checkout. Checkouts of which that
    /// moment is not known, such as after a release, do not count.
    /// </summary>
    public const string WaitTime = "durablequeue.task.wait.duration";

    /// <summary>Histogram: how long handlers ran, by <see cref="OutcomeTag"/> and <see cref="ErrorTypeTag"/>.</summary>
    public const string RunTime = "durablequeue.task.run.duration";

    /// <summary>Up-down counter: handlers that run in this process.</summary>
    public const string Running = "durablequeue.task.running";

    /// <summary>Gauge: queued tasks that could run.</summary>
    public const string Ready = "durablequeue.task.ready";

    /// <summary>Gauge: queued tasks held by a delay or a backoff.</summary>
    public const string Scheduled = "durablequeue.task.scheduled";

    /// <summary>Gauge: queued tasks held by something else: dependencies, stash, approval, a budget.</summary>
    public const string Blocked = "durablequeue.task.blocked";

    /// <summary>Gauge: for how long the longest waiting of those tasks has been ready that are next in line for their type and priority.</summary>
    public const string OldestReadyAge = "durablequeue.task.oldest_ready.age";

    /// <summary>Histogram: operations per transaction.</summary>
    public const string BatchSize = "durablequeue.batch.size";

    /// <summary>Histogram: how long commits take.</summary>
    public const string CommitTime = "durablequeue.commit.duration";

    /// <summary>Tag and span attribute: the group.</summary>
    public const string GroupTag = "messaging.destination.name";

    /// <summary>Tag and span attribute: the task's type.</summary>
    public const string TypeTag = "durablequeue.task.type";

    /// <summary>Tag and span attribute: how it ended, in lower case: <c>succeeded</c>, <c>timed_out</c>, …</summary>
    public const string OutcomeTag = "durablequeue.task.outcome";

    /// <summary>Tag and span attribute: the CLR type of the handler's exception.</summary>
    public const string ErrorTypeTag = "error.type";

    /// <summary>Tag of a queue's meter: the name of its file, without directory and extension.</summary>
    public const string QueueTag = "durablequeue.queue";

    /// <summary>Span attribute: the number of the attempt, from 1.</summary>
    public const string AttemptAttribute = "durablequeue.task.attempt";

    /// <summary>Bucket bounds of <see cref="WaitTime"/> and <see cref="RunTime"/>, in seconds: tasks take from milliseconds to hours.</summary>
    internal static InstrumentAdvice<double> TaskTimes { get; } = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400],
    };

    internal static string ValueOf(TaskOutcome outcome) => outcome switch
    {
        TaskOutcome.Succeeded => "succeeded",
        TaskOutcome.Failed => "failed",
        TaskOutcome.TimedOut => "timed_out",
        TaskOutcome.Abandoned => "abandoned",
        TaskOutcome.DependencyFailed => "dependency_failed",
        TaskOutcome.Rejected => "rejected",
        TaskOutcome.Cancelled => "cancelled",
        TaskOutcome.Killed => "killed",
        _ => "none",
    };
}
