using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Names = DurableQueue.DurableQueueTelemetry;

namespace DurableQueue.Worker;

/// <summary>What one worker tells about the handlers it runs: a consumer span per attempt, how long it ran, how many run.</summary>
internal sealed class WorkerTelemetry : IDisposable
{
    private readonly ActivitySource source = new(Names.ActivitySourceName);
    private readonly Meter meter = new(Names.MeterName);
    private readonly Histogram<double> runTime;
    private readonly UpDownCounter<long> running;
    private readonly TimeProvider time;

    public WorkerTelemetry(TimeProvider time)
    {
        this.time = time;
        runTime = meter.CreateHistogram<double>(Names.RunTime, "s", "How long handlers ran");
        running = meter.CreateUpDownCounter<long>(Names.Running, "{task}", "Handlers that run in this process");
    }

    /// <summary>False: there is nothing to gain by <see cref="MeasureAsync"/>.</summary>
    public bool IsListenedTo => source.HasListeners() || runTime.Enabled || running.Enabled;

    /// <summary>Runs a handler inside a span, and measures it.</summary>
    public async Task<HandlerEnd> MeasureAsync(Attempt attempt, Func<Attempt, Task<HandlerEnd>> invoke)
    {
        var task = attempt.Leased;
        KeyValuePair<string, object?> group = new(Names.GroupTag, task.Group);
        KeyValuePair<string, object?> type = new(Names.TypeTag, task.Type);
        using var span = StartSpan(task);
        var started = time.GetTimestamp();
        running.Add(1, group, type);
        var end = await invoke(attempt).ConfigureAwait(false);
        running.Add(-1, group, type);
        var outcome = OutcomeOf(attempt.Reason, end.Error);
        var errorType = attempt.Reason == StopReason.None ? end.Error?.GetType().FullName : null;
        if (errorType is null)
        {
            runTime.Record(time.GetElapsedTime(started).TotalSeconds, group, type, new(Names.OutcomeTag, outcome));
        }
        else
        {
            ReadOnlySpan<KeyValuePair<string, object?>> tags = [group, type, new(Names.OutcomeTag, outcome), new(Names.ErrorTypeTag, errorType)];
            runTime.Record(time.GetElapsedTime(started).TotalSeconds, tags);
        }

        EndSpan(span, outcome, errorType);
        return end;
    }

    public void Dispose()
    {
        meter.Dispose();
        source.Dispose();
    }

    /// <summary>The first attempt belongs to the producer's trace. A later one is a trace of its own, linked to it: hours may lie between them.</summary>
    private Activity? StartSpan(LeasedTask task)
    {
        // What was current where the worker was started has nothing to do with the task.
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

    /// <summary>The exception's text stays out: it may quote the payload. It is in the log and in the task's record.</summary>
    private static void EndSpan(Activity? span, string outcome, string? errorType)
    {
        span?.SetTag(Names.OutcomeTag, outcome);
        if (errorType is not null)
        {
            span?.SetTag(Names.ErrorTypeTag, errorType);
        }

        if (errorType is not null || outcome == Names.ValueOf(TaskOutcome.TimedOut))
        {
            span?.SetStatus(ActivityStatusCode.Error);
        }
    }

    private static string OutcomeOf(StopReason reason, Exception? error) => (reason, error) switch
    {
        (StopReason.LeaseLost, _) => "lease_lost",
        (_, null) => Names.ValueOf(TaskOutcome.Succeeded),
        (_, PermanentTaskException) => Names.ValueOf(TaskOutcome.Failed),
        (StopReason.Shutdown, _) => "released",
        (StopReason.CancelRequested, _) => Names.ValueOf(TaskOutcome.Killed),
        (StopReason.TimedOut, _) => Names.ValueOf(TaskOutcome.TimedOut),
        _ => Names.ValueOf(TaskOutcome.Failed),
    };
}
