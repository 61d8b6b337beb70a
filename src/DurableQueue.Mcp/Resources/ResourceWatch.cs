using DurableQueue.Mcp.Views;

namespace DurableQueue.Mcp.Resources;

/// <summary>Notices that a task or its log has changed.</summary>
internal sealed class ResourceWatch(ToolHost host, ResourceAddress address)
{
    /// <summary>There is no signal when a file grows, and changes that come faster need not be told one by one.</summary>
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(500);

    private Look? before;

    public ResourceAddress Address => address;

    /// <summary>Remembers how it is now: whatever changes from then on is told.</summary>
    /// <returns>False if there is no such task.</returns>
    public async ValueTask<bool> BeginAsync(CancellationToken cancellationToken)
    {
        before = await ReadAsync(cancellationToken).ConfigureAwait(false);
        return before is not null;
    }

    /// <summary>Tells of each change, until it is cancelled or the task is removed.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> changed, CancellationToken cancellationToken)
    {
        while (before is not null)
        {
            await Task.Delay(ProbePeriod, host.Time, cancellationToken).ConfigureAwait(false);
            var now = before;
            try
            {
                now = await ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (QueueStorageException e) when (e.Error != QueueStorageError.Lost)
            {
                // It may be temporary.
            }

            if (now != before)
            {
                await changed(cancellationToken).ConfigureAwait(false);
            }

            before = now;
        }
    }

    private async ValueTask<Look?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await host.Queue.Inspector.GetAsync(address.Id, cancellationToken).ConfigureAwait(false) is not { } task)
        {
            return null;
        }

        if (address.IsLog)
        {
            return new Look { Attempt = task.Attempt, LogLength = await LogLengthAsync(cancellationToken).ConfigureAwait(false) };
        }

        var query = new NotificationQuery { Tasks = [address.Id], Newest = true, Limit = 1 };
        var latest = await host.Queue.Notifications.QueryAsync(query, cancellationToken).ConfigureAwait(false);
        return new Look
        {
            State = task.State,
            Outcome = task.Outcome,
            Holds = task.Holds,
            Attempt = task.Attempt,
            Progress = task.Progress,
            ProgressMessage = task.ProgressMessage,
            Settings = (task.Group, task.Label, task.Priority),
            CancelRequested = task.CancelRequested,
            Notification = latest.Count == 0 ? 0 : latest[0].Number,
        };
    }

    private async ValueTask<long> LogLengthAsync(CancellationToken cancellationToken)
    {
        try
        {
            return host.Logs is { } logs ? (await logs.FindAsync(address.Id, cancellationToken: cancellationToken).ConfigureAwait(false)).Size : 0;
        }
        catch (TaskNotFoundException)
        {
            // Removed since it was read: the next look ends the watch.
            return 0;
        }
    }

    /// <summary>What is compared.</summary>
    private sealed record Look
    {
        public TaskState State { get; init; }

        public TaskOutcome Outcome { get; init; }

        public TaskHolds Holds { get; init; }

        public int Attempt { get; init; }

        public double? Progress { get; init; }

        public string? ProgressMessage { get; init; }

        public (string Group, string? Label, int Priority) Settings { get; init; }

        public bool CancelRequested { get; init; }

        public long Notification { get; init; }

        public long LogLength { get; init; }
    }
}
