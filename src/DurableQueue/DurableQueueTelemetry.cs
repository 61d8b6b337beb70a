using System.Diagnostics.Metrics;

namespace DurableQueue;

/// <summary>
/// The names of the library's activity source, meter, instruments and tags, for <c>AddSource</c>, <c>AddMeter</c>, views and alerts. They are part of
/// the public API. All durations are in seconds.
/// </summary>
/// <remarks>
/// The meter of a queue has the tag <see cref="QueueTag"/>. Instruments never have task ids, labels, keys or payloads as tags.
/// </remarks>
public static class DurableQueueTelemetry
{
    /// <summary>The activity source of the spans <c>enqueue {group}</c> and <c>process {group}</c>.</summary>
    public const string ActivitySourceName = "DurableQueue";

    /// <summary>The meter of all instruments.</summary>
    public const string MeterName = "DurableQueue";

    /// <summary>Counter: tasks created. An enqueue whose dedup key is taken doesn't count.</summary>
    public const string Enqueued = "durablequeue.task.enqueued";

    /// <summary>Counter: tasks checked out.</summary>
    public const string CheckedOut = "durablequeue.task.checked_out";

    /// <summary>Counter: tasks that ended in state <see cref="TaskState.Done"/>.</summary>
    public const string Completed = "durablequeue.task.completed";

    /// <summary>Counter: tasks that ended in state <see cref="TaskState.Failed"/>, by <see cref="OutcomeTag"/>.</summary>
    public const string Failed = "durablequeue.task.failed";

    /// <summary>Counter: tasks queued again after a failed or abandoned attempt, or by a retry of a finished task.</summary>
    public const string Retried = "durablequeue.task.retried";

    /// <summary>Counter: expired leases that were reaped.</summary>
    public const string Reaped = "durablequeue.task.reaped";

    /// <summary>Counter: tasks that ended in state <see cref="TaskState.Cancelled"/>, by <see cref="OutcomeTag"/>.</summary>
    public const string Cancelled = "durablequeue.task.cancelled";

    /// <summary>
    /// Histogram: the time from the moment at which a task could run (its enqueue, or the end of its delay or backoff) to its checkout. Checkouts for
    /// which that moment is unknown, such as after a release, don't count.
    /// </summary>
    public const string WaitTime = "durablequeue.task.wait.duration";

    /// <summary>Histogram: the run time of handlers, by <see cref="OutcomeTag"/> and <see cref="ErrorTypeTag"/>.</summary>
    public const string RunTime = "durablequeue.task.run.duration";

    /// <summary>Up-down counter: handlers running in this process.</summary>
    public const string Running = "durablequeue.task.running";

    /// <summary>Gauge: queued tasks that are ready.</summary>
    public const string Ready = "durablequeue.task.ready";

    /// <summary>Gauge: queued tasks held by a delay or a backoff.</summary>
    public const string Scheduled = "durablequeue.task.scheduled";

    /// <summary>Gauge: queued tasks held by dependencies, a stash, an approval or a budget.</summary>
    public const string Blocked = "durablequeue.task.blocked";

    /// <summary>Gauge: how long the oldest ready task has been ready, among the tasks that are next in line for their type and priority.</summary>
    public const string OldestReadyAge = "durablequeue.task.oldest_ready.age";

    /// <summary>Histogram: operations per transaction.</summary>
    public const string BatchSize = "durablequeue.batch.size";

    /// <summary>Histogram: the duration of commits.</summary>
    public const string CommitTime = "durablequeue.commit.duration";

    /// <summary>Tag and span attribute: the group.</summary>
    public const string GroupTag = "messaging.destination.name";

    /// <summary>Tag and span attribute: the task's type.</summary>
    public const string TypeTag = "durablequeue.task.type";

    /// <summary>Tag and span attribute: the outcome in lower case, such as <c>succeeded</c> or <c>timed_out</c>.</summary>
    public const string OutcomeTag = "durablequeue.task.outcome";

    /// <summary>Tag and span attribute: the CLR type of the handler's exception.</summary>
    public const string ErrorTypeTag = "error.type";

    /// <summary>Tag of a queue's meter: the name of its file without directory and extension.</summary>
    public const string QueueTag = "durablequeue.queue";

    /// <summary>Span attribute: the number of the attempt, from 1.</summary>
    public const string AttemptAttribute = "durablequeue.task.attempt";

    /// <summary>The bucket boundaries of <see cref="WaitTime"/> and <see cref="RunTime"/>, in seconds: tasks take from milliseconds to hours.</summary>
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
