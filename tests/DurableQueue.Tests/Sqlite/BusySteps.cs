namespace DurableQueue.Tests.Sqlite;

/// <summary>Calls of queues whose busy timeout is short.</summary>
internal static class BusySteps
{
    /// <summary>Enqueues as soon as the file is free: a short busy timeout may also be over because the machine is slow.</summary>
    public static async Task<TaskId> EnqueueWhenFreeAsync(this ITaskQueue queue, NewTask task, TimeSpan limit)
    {
        using var guard = new CancellationTokenSource(limit);
        while (true)
        {
            try
            {
                return await queue.EnqueueAsync(task, guard.Token);
            }
            catch (QueueStorageException error) when (error.Error == QueueStorageError.Busy)
            {
                guard.Token.ThrowIfCancellationRequested();
            }
        }
    }
}
