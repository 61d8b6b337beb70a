using Microsoft.Extensions.Logging;

namespace DurableQueue.Worker;

/// <summary>The log messages of workers. The event ids are stable.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(200, LogLevel.Information, "Worker {Worker} started: {Concurrency} slots, types {Types}, groups {Groups}")]
    public static partial void WorkerStarted(this ILogger log, string worker, int concurrency, string types, string groups);

    [LoggerMessage(201, LogLevel.Information, "Worker {Worker} is stopping; {Running} attempts are running")]
    public static partial void WorkerStopping(this ILogger log, string worker, int running);

    [LoggerMessage(202, LogLevel.Information, "Worker {Worker} stopped")]
    public static partial void WorkerStopped(this ILogger log, string worker);

    [LoggerMessage(203, LogLevel.Warning, "Worker {Worker} could not {Operation} and will retry in {Delay}")]
    public static partial void StorageTrouble(this ILogger log, string operation, string worker, TimeSpan delay, Exception? error);

    [LoggerMessage(204, LogLevel.Error, "The queue was closed while worker {Worker} was running; the worker takes no more tasks")]
    public static partial void QueueClosed(this ILogger log, string worker);

    [LoggerMessage(205, LogLevel.Critical, "Worker {Worker} ended because of an unexpected error; it takes no more tasks")]
    public static partial void WorkerBroke(this ILogger log, string worker, Exception error);

    [LoggerMessage(209, LogLevel.Critical, "Worker {Worker} takes no more tasks because the files of its queue are lost")]
    public static partial void QueueLost(this ILogger log, string worker);

    [LoggerMessage(206, LogLevel.Warning, "Tasks of type {TaskType} are ready, but no live worker takes them")]
    public static partial void TypeUnserved(this ILogger log, string taskType);

    [LoggerMessage(207, LogLevel.Error, "Worker {Worker} failed to renew its leases")]
    public static partial void LeasesNotRenewed(this ILogger log, string worker, Exception error);

    [LoggerMessage(208, LogLevel.Warning, "The thread pool has started no work for {Waited}. It is probably blocked by handlers of worker {Worker}: {Handlers}. "
        + "Await instead of blocking, or lower the worker's concurrency")]
    public static partial void PoolStarves(this ILogger log, string worker, TimeSpan waited, string handlers);

    [LoggerMessage(210, LogLevel.Warning, "Task {TaskId} ({TaskType}): attempt {Attempt} of {MaxAttempts} failed: {Why}")]
    public static partial void AttemptFailed(this ILogger log, TaskId taskId, string taskType, int attempt, int maxAttempts, string? why, Exception? defect);

    [LoggerMessage(211, LogLevel.Warning, "Task {TaskId} ({TaskType}): attempt {Attempt} of {MaxAttempts} exceeded its timeout of {Limit}")]
    public static partial void AttemptTimedOut(this ILogger log, TaskId taskId, string taskType, int attempt, int maxAttempts, TimeSpan? limit);

    [LoggerMessage(212, LogLevel.Information, "Task {TaskId} ({TaskType}): attempt {Attempt} was stopped: {Reason}")]
    public static partial void AttemptStopped(this ILogger log, TaskId taskId, string taskType, int attempt, StopReason reason);

    [LoggerMessage(213, LogLevel.Warning, "Task {TaskId} ({TaskType}): the lease of attempt {Attempt} is lost; its outcome is ignored")]
    public static partial void LeaseLost(this ILogger log, TaskId taskId, string taskType, int attempt);

    [LoggerMessage(214, LogLevel.Warning, "Task {TaskId} ({TaskType}): the handler of attempt {Attempt} did not stop in time ({Reason}); it keeps its slot until it returns")]
    public static partial void HandlerIgnoresCancellation(this ILogger log, TaskId taskId, string taskType, int attempt, StopReason reason);

    [LoggerMessage(215, LogLevel.Information, "Task {TaskId} ({TaskType}): the handler of attempt {Attempt} returned {Late} late and freed its slot")]
    public static partial void HandlerReturnedLate(this ILogger log, TaskId taskId, string taskType, int attempt, TimeSpan late);

    [LoggerMessage(216, LogLevel.Error, "Task {TaskId} ({TaskType}): the outcome of attempt {Attempt} could not be stored; the task will be offered again when its lease expires")]
    public static partial void AttemptNotSettled(this ILogger log, TaskId taskId, string taskType, int attempt, Exception error);

    [LoggerMessage(217, LogLevel.Warning, "Task {TaskId} ({TaskType}): a progress report could not be stored")]
    public static partial void ProgressNotStored(this ILogger log, TaskId taskId, string taskType, Exception error);

    [LoggerMessage(218, LogLevel.Warning, "Task {TaskId} ({TaskType}): a callback on the handler's cancellation token failed")]
    public static partial void CancellationCallbackFailed(this ILogger log, TaskId taskId, string taskType, Exception error);

    [LoggerMessage(219, LogLevel.Information, "Task {TaskId} was routed to type {TaskType}: {Reason}")]
    public static partial void TaskRouted(this ILogger log, TaskId taskId, string taskType, string? reason);

    [LoggerMessage(220, LogLevel.Information, "This host has handlers for {Types} but no worker, so it runs no tasks. Call AddWorker, unless another process runs them")]
    public static partial void HandlersWithoutWorker(this ILogger log, string types);

    [LoggerMessage(221, LogLevel.Warning, "The {Worker} takes tasks from group {Group}, which does not exist yet; it is created when the first task is enqueued into it")]
    public static partial void GroupMissing(this ILogger log, string worker, string group);

    [LoggerMessage(222, LogLevel.Information, "{Count} finished tasks were deleted by the retention policy")]
    public static partial void FinishedTasksExpired(this ILogger log, int count);

    [LoggerMessage(223, LogLevel.Warning, "Finished tasks could not be deleted; the deletion will be retried in {Delay}")]
    public static partial void RetentionFailed(this ILogger log, TimeSpan delay, Exception error);

    [LoggerMessage(226, LogLevel.Error, "Task {TaskId} ({TaskType}): attempt {Attempt} could not start; the task was put back for {Delay}: {Why}")]
    public static partial void AttemptPutBack(this ILogger log, TaskId taskId, string taskType, int attempt, TimeSpan delay, string why);

    [LoggerMessage(227, LogLevel.Warning, "Tasks in group {Group} are ready, but no live worker takes tasks from it")]
    public static partial void GroupUnserved(this ILogger log, string group);

    [LoggerMessage(228, LogLevel.Warning, "Worker {Worker} could not complete {Count} tasks together and completes each alone")]
    public static partial void CompletionsSplit(this ILogger logger, string worker, int count, Exception error);

    [LoggerMessage(230, LogLevel.Error, "A metrics or trace listener of the worker failed")]
    public static partial void TelemetryListenerFailed(this ILogger log, Exception error);
}
