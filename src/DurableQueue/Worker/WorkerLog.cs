using Microsoft.Extensions.Logging;

namespace DurableQueue.Worker;

/// <summary>What workers log. The event ids are stable.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(200, LogLevel.Information, "Worker {Worker} started: {Concurrency} slots, types {Types}, groups {Groups}")]
    public static partial void WorkerStarted(this ILogger log, string worker, int concurrency, string types, string groups);

    [LoggerMessage(201, LogLevel.Information, "Worker {Worker} stops checking out; {Running} attempts run")]
    public static partial void WorkerStopping(this ILogger log, string worker, int running);

    [LoggerMessage(202, LogLevel.Information, "Worker {Worker} stopped")]
    public static partial void WorkerStopped(this ILogger log, string worker);

    [LoggerMessage(203, LogLevel.Warning, "Worker {Worker} could not {Operation}; it tries again in {Delay}")]
    public static partial void StorageTrouble(this ILogger log, string operation, string worker, TimeSpan delay, Exception? error);

    [LoggerMessage(204, LogLevel.Error, "The queue was closed while worker {Worker} ran; it takes no more tasks")]
    public static partial void QueueClosed(this ILogger log, string worker);

    [LoggerMessage(205, LogLevel.Critical, "Worker {Worker} ended by a defect; it takes no more tasks")]
    public static partial void WorkerBroke(this ILogger log, string worker, Exception error);

    [LoggerMessage(209, LogLevel.Critical, "Worker {Worker} takes no more tasks: the files of its queue are gone")]
    public static partial void QueueLost(this ILogger log, string worker);

    [LoggerMessage(206, LogLevel.Warning, "Tasks of type {TaskType} are ready, and no live worker takes them")]
    public static partial void TypeUnserved(this ILogger log, string taskType);

    [LoggerMessage(207, LogLevel.Error, "Worker {Worker} failed to renew its leases")]
    public static partial void LeasesNotRenewed(this ILogger log, string worker, Exception error);

    [LoggerMessage(208, LogLevel.Warning, "The thread pool has started nothing for {Waited}. Handlers of worker {Worker} that block its threads are the likely cause: {Handlers}. "
        + "Let them await instead of blocking, or lower the worker's concurrency")]
    public static partial void PoolStarves(this ILogger log, string worker, TimeSpan waited, string handlers);

    [LoggerMessage(210, LogLevel.Warning, "Task {TaskId} ({TaskType}): attempt {Attempt} of {MaxAttempts} failed: {Why}")]
    public static partial void AttemptFailed(this ILogger log, TaskId taskId, string taskType, int attempt, int maxAttempts, string? why, Exception? defect);

    [LoggerMessage(211, LogLevel.Warning, "Task {TaskId} ({TaskType}): attempt {Attempt} of {MaxAttempts} ran longer than {Limit}")]
    public static partial void AttemptTimedOut(this ILogger log, TaskId taskId, string taskType, int attempt, int maxAttempts, TimeSpan? limit);

    [LoggerMessage(212, LogLevel.Information, "Task {TaskId} ({TaskType}): attempt {Attempt} was stopped: {Reason}")]
    public static partial void AttemptStopped(this ILogger log, TaskId taskId, string taskType, int attempt, StopReason reason);

    [LoggerMessage(213, LogLevel.Warning, "Task {TaskId} ({TaskType}): the lease of attempt {Attempt} is lost; its outcome does not count")]
    public static partial void LeaseLost(this ILogger log, TaskId taskId, string taskType, int attempt);

    [LoggerMessage(214, LogLevel.Warning, "Task {TaskId} ({TaskType}): the handler of attempt {Attempt} did not stop in time ({Reason}); its slot stays taken until it returns")]
    public static partial void HandlerIgnoresCancellation(this ILogger log, TaskId taskId, string taskType, int attempt, StopReason reason);

    [LoggerMessage(215, LogLevel.Information, "Task {TaskId} ({TaskType}): the handler of attempt {Attempt} returned {Late} late; its slot is free")]
    public static partial void HandlerReturnedLate(this ILogger log, TaskId taskId, string taskType, int attempt, TimeSpan late);

    [LoggerMessage(216, LogLevel.Error, "Task {TaskId} ({TaskType}): the outcome of attempt {Attempt} could not be stored; the task is offered again when its lease expires")]
    public static partial void AttemptNotSettled(this ILogger log, TaskId taskId, string taskType, int attempt, Exception error);

    [LoggerMessage(217, LogLevel.Warning, "Task {TaskId} ({TaskType}): a progress report could not be stored")]
    public static partial void ProgressNotStored(this ILogger log, TaskId taskId, string taskType, Exception error);

    [LoggerMessage(218, LogLevel.Warning, "Task {TaskId} ({TaskType}): a callback on the handler's cancellation token failed")]
    public static partial void CancellationCallbackFailed(this ILogger log, TaskId taskId, string taskType, Exception error);

    [LoggerMessage(219, LogLevel.Information, "Task {TaskId} is routed to the type {TaskType}: {Reason}")]
    public static partial void TaskRouted(this ILogger log, TaskId taskId, string taskType, string? reason);

    [LoggerMessage(220, LogLevel.Information, "This host has handlers for {Types}, but no worker: it runs no tasks. Call AddWorker, unless another process runs them")]
    public static partial void HandlersWithoutWorker(this ILogger log, string types);

    [LoggerMessage(221, LogLevel.Warning, "The {Worker} takes tasks of the group {Group}, which does not exist yet; the first task enqueued into it creates it")]
    public static partial void GroupMissing(this ILogger log, string worker, string group);

    [LoggerMessage(222, LogLevel.Information, "{Count} finished tasks were deleted, as the retention says")]
    public static partial void FinishedTasksExpired(this ILogger log, int count);

    [LoggerMessage(223, LogLevel.Warning, "Finished tasks could not be deleted; it is tried again in {Delay}")]
    public static partial void RetentionFailed(this ILogger log, TimeSpan delay, Exception error);

    [LoggerMessage(226, LogLevel.Error, "Task {TaskId} ({TaskType}): attempt {Attempt} could not begin and was put back for {Delay}: {Why}")]
    public static partial void AttemptPutBack(this ILogger log, TaskId taskId, string taskType, int attempt, TimeSpan delay, string why);

    [LoggerMessage(227, LogLevel.Warning, "Tasks of the group {Group} are ready, and no live worker takes them from it")]
    public static partial void GroupUnserved(this ILogger log, string group);

    [LoggerMessage(230, LogLevel.Error, "A listener of the worker's metrics or traces failed")]
    public static partial void TelemetryListenerFailed(this ILogger log, Exception error);
}
