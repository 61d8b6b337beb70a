namespace DurableQueue.Tests.Worker;

/// <summary>Checked-out tasks for tests without a queue.</summary>
internal static class LeasedTasks
{
    public static LeasedTask New(long id = 1, long token = 1, TimeSpan? timeout = null) => new()
    {
        Id = new TaskId(id),
        Type = "work",
        Payload = default,
        Group = NewTask.DefaultGroup,
        Attempt = 1,
        MaxAttempts = 3,
        Lease = new Lease(new TaskId(id), token, DateTimeOffset.UnixEpoch),
        LeaseDuration = TimeSpan.FromSeconds(300),
        Timeout = timeout,
        Metadata = new Dictionary<string, string>(),
        EnqueuedAt = DateTimeOffset.UnixEpoch,
    };
}
