using Microsoft.Extensions.Logging;

namespace DurableQueue.Queueing;

/// <summary>What a queue logs, whatever its store.</summary>
internal static partial class QueueLog
{
    [LoggerMessage(102, LogLevel.Warning, "Background work of the queue failed and will be retried")]
    public static partial void BackgroundWorkFailed(this ILogger logger, Exception error);

    [LoggerMessage(103, LogLevel.Error, "A listener failed to handle the cancel request of task {Id}")]
    public static partial void ListenerFailed(this ILogger logger, Exception error, long id);

    [LoggerMessage(104, LogLevel.Error, "A metrics listener failed")]
    public static partial void MetricsListenerFailed(this ILogger logger, Exception error);

    [LoggerMessage(106, LogLevel.Warning, "The schedule {Schedule} was paused: {Reason}")]
    public static partial void SchedulePaused(this ILogger logger, string schedule, string reason);

    [LoggerMessage(160, LogLevel.Warning, "The budget of {Budget} has used {Used} of {Cap} {Unit}")]
    public static partial void BudgetNearlyUsedUp(this ILogger logger, string budget, decimal used, decimal cap, string unit);
}
