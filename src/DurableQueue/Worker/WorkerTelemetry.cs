using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Names = DurableQueue.DurableQueueTelemetry;

namespace DurableQueue.Worker;

/// <summary>Measures the handlers of one worker: a consumer span per attempt, how long it ran, how many run.</summary>
internal sealed class WorkerTelemetry : IDisposable
{
    private readonly ActivitySource source = new(Names.ActivitySourceName);
    private readonly Meter meter = new(Names.MeterName);
    private readonly Histogram<double> runTime;
    private readonly UpDownCounter<long> running;
    private readonly TimeProvider time;
    private readonly ILogger log;

    public WorkerTelemetry(TimeProvider time, ILogger log)
    {
        this.time = time;
        this.log = log;
        runTime = meter.CreateHistogram(Names.RunTime, "s", "How long handlers ran", advice: Names.TaskTimes);
        running = meter.CreateUpDownCounter<long>(Names.Running, "{task}", "Handlers that run in this process");
    }

    /// <summary>If not, <see cref="MeasureAsync"/> has no effect but its cost.</summary>
    public bool IsListenedTo => source.HasListeners() || runTime.Enabled || running.Enabled;

    /// <summary>Runs a handler inside a span, and measures it. Listeners are called synchronously: one that throws must not fail the attempt.</summary>
    public async ValueTask<HandlerResult> MeasureAsync(Attempt attempt, Func<Attempt, ValueTask<HandlerResult>> invoke)
    {
        var started = time.GetTimestamp();
        using var span = Guard(() => Begin(attempt.Leased));
        var result = await invoke(attempt).ConfigureAwait(false);
        Guard(() => End(attempt, result, time.GetElapsedTime(started), span));
        return result;
    }

    public void Dispose()
    {
        meter.Dispose();
        source.Dispose();
    }

    /// <summary>The first attempt belongs to the producer's trace. A later one may run hours after it, so it gets a trace of its own, linked to the producer's.</summary>
    private Activity? StartSpan(LeasedTask task)
    {
        // The activity that was current where the worker was started is unrelated to the task.
        Activity.Current = null;
        var known = ActivityContext.TryParse(task.TraceParent, task.TraceState, isRemote: true, out var producer);
        var isFirst = task.Attempt == 1;
        return source.StartActivity(
            $"process {task.Group}",
            ActivityKind.Consumer,
            known && isFirst ? producer : default,
            [
                new("messaging.system", "durablequeue"),
                new("messaging.operation.name", "process"),
                new("messaging.operation.type", "process"),
                new("messaging.message.id", task.Id.Value.ToString(CultureInfo.InvariantCulture)),
                new(Names.GroupTag, task.Group),
                new(Names.TypeTag, task.Type),
                new(Names.AttemptAttribute, task.Attempt),
            ],
            known && !isFirst ? [new ActivityLink(producer)] : null);
    }

    private static KeyValuePair<string, object?> GroupTag(LeasedTask task) => new(Names.GroupTag, task.Group);

    private static KeyValuePair<string, object?> TypeTag(LeasedTask task) => new(Names.TypeTag, task.Type);

    private Activity? Begin(LeasedTask task)
    {
        running.Add(1, GroupTag(task), TypeTag(task));
        return StartSpan(task);
    }

    private Activity? End(Attempt attempt, HandlerResult result, TimeSpan ran, Activity? span)
    {
        var task = attempt.Leased;
        running.Add(-1, GroupTag(task), TypeTag(task));

        // A handler that returns after its attempt was settled without it has no effect.
        var settlement = Settlement.Of(attempt.Reason, attempt.IsSettling ? null : result, task);
        var outcome = ValueOf(settlement);
        var tags = new TagList { GroupTag(task), TypeTag(task), new(Names.OutcomeTag, outcome) };
        span?.SetTag(Names.OutcomeTag, outcome);
        if (attempt.Reason == StopReason.None && result.Error is { } error)
        {
            // Without the error's text, which may quote the payload. It is in the log and in the task's record.
            tags.Add(Names.ErrorTypeTag, error.GetType().FullName);
            span?.SetTag(Names.ErrorTypeTag, error.GetType().FullName).SetStatus(ActivityStatusCode.Error);
        }
        else if (settlement is Settlement.Fail { Outcome: TaskOutcome.TimedOut })
        {
            span?.SetStatus(ActivityStatusCode.Error);
        }

        runTime.Record(ran.TotalSeconds, tags);
        return span;
    }

    private Activity? Guard(Func<Activity?> report)
    {
        try
        {
            return report();
        }
        catch (Exception error)
        {
            log.TelemetryListenerFailed(error);
            return null;
        }
    }

    private static string ValueOf(Settlement settlement) => settlement switch
    {
        Settlement.Complete => Names.ValueOf(TaskOutcome.Succeeded),
        Settlement.Fail failed => Names.ValueOf(failed.Outcome),
        Settlement.Route => "routed",
        Settlement.Release => "released",
        Settlement.LeaveRunning => "left",
        _ => "lease_lost",
    };
}
