using System.Diagnostics;
using System.Globalization;
using Names = DurableQueue.DurableQueueTelemetry;

namespace DurableQueue.Queueing;

/// <summary>The producer spans of one queue. The context of a span is stored with its tasks.</summary>
internal sealed class EnqueueSpans : IDisposable
{
    private const string Operation = "enqueue";

    private readonly ActivitySource source = new(Names.ActivitySourceName);

    /// <summary>Whether anything listens to spans. If not, a span only costs time.</summary>
    public bool AreListenedTo => source.HasListeners();

    /// <returns><see langword="null"/> if there is no listener.</returns>
    public Activity? Start(NewTask? task)
    {
        if (task is null || !AreListenedTo)
        {
            return null;
        }

        return Start(task.Group)?.SetTag(Names.TypeTag, task.Type);
    }

    /// <returns><see langword="null"/> if there is no listener.</returns>
    public Activity? Start(IReadOnlyList<NewTask>? tasks)
    {
        if (!AreListenedTo || tasks is not { Count: > 0 } || tasks.Any(task => task is null))
        {
            return null;
        }

        var group = tasks.All(task => task.Group == tasks[0].Group) ? tasks[0].Group : null;
        return Start(group)?.SetTag("messaging.batch.message_count", tasks.Count);
    }

    /// <summary>Sets the task that was enqueued or found by its dedup key.</summary>
    public static void SetTask(Activity? span, TaskId id) => span?.SetTag("messaging.message.id", id.Value.ToString(CultureInfo.InvariantCulture));

    public static void SetError(Activity? span, Exception error) =>
        span?.SetTag(Names.ErrorTypeTag, error.GetType().FullName).SetStatus(ActivityStatusCode.Error);

    public void Dispose() => source.Dispose();

    private Activity? Start(string? group) =>
        source.StartActivity(group is null ? Operation : $"{Operation} {group}", ActivityKind.Producer)?
            .SetTag("messaging.system", "durablequeue")
            .SetTag("messaging.operation.name", Operation)
            .SetTag("messaging.operation.type", "send")
            .SetTag(Names.GroupTag, group);
}
