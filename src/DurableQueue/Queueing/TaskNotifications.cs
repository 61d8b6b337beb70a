using System.Runtime.CompilerServices;
using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>Checks notifications and subscribers, and streams what is raised.</summary>
/// <param name="store">Where they are kept.</param>
/// <param name="signals">Tells when there are new ones.</param>
/// <param name="maxCheckpoint">The maximum number of bytes of a checkpoint.</param>
internal sealed class TaskNotifications(INotificationStore store, QueueSignals signals, int maxCheckpoint) : ITaskNotifications
{
    private const int PageSize = 100;

    public ValueTask<long> RaiseAsync(NewNotification notification, CancellationToken cancellationToken = default)
    {
        NotificationRules.Check(notification);
        return store.RaiseAsync(notification, cancellationToken);
    }

    public ValueTask<bool> RaiseAsync(
        Lease lease, NewNotification notification, ReadOnlyMemory<byte>? checkpoint = null, CancellationToken cancellationToken = default)
    {
        NotificationRules.Check(notification);
        if (notification.TaskId is { } task && task != lease.TaskId)
        {
            throw new ArgumentException($"The notification is about task {task}, but the lease is of task {lease.TaskId}.", nameof(notification));
        }

        Check.Size(checkpoint?.Length ?? 0, maxCheckpoint, nameof(checkpoint));
        return store.RaiseAsync(lease, notification with { TaskId = lease.TaskId }, checkpoint, cancellationToken);
    }

    public ValueTask<IReadOnlyList<TaskNotification>> QueryAsync(NotificationQuery query, CancellationToken cancellationToken = default)
    {
        NotificationRules.Check(query);
        return ReadUnacknowledgedAsync(query, cancellationToken);
    }

    public IAsyncEnumerable<TaskNotification> FollowAsync(NotificationQuery query, CancellationToken cancellationToken = default)
    {
        NotificationRules.Check(query);
        return StreamAsync(query, cancellationToken);
    }

    public ValueTask<long> GetLastNumberAsync(CancellationToken cancellationToken = default) => store.ReadLastNumberAsync(cancellationToken);

    public ValueTask<long> GetHorizonAsync(CancellationToken cancellationToken = default) => store.ReadHorizonAsync(cancellationToken);

    public ValueTask<IReadOnlyList<TaskNotification>> ListAsync(long after = 0, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        Check.Between(limit, 1, Limits.BatchSize, nameof(limit));
        return store.ReadAsync(new NotificationQuery { After = after, Limit = limit }, cancellationToken);
    }

    public ValueTask<IReadOnlyList<TaskNotification>> ReadAsync(string subscriber, int limit = 100, CancellationToken cancellationToken = default)
    {
        NotificationRules.CheckSubscriber(subscriber, nameof(subscriber));
        Check.Between(limit, 1, Limits.BatchSize, nameof(limit));
        return ReadUnacknowledgedAsync(new NotificationQuery { Subscriber = subscriber, Limit = limit }, cancellationToken);
    }

    public IAsyncEnumerable<TaskNotification> SubscribeAsync(string subscriber, CancellationToken cancellationToken = default)
    {
        NotificationRules.CheckSubscriber(subscriber, nameof(subscriber));
        return StreamAsync(new NotificationQuery { Subscriber = subscriber }, cancellationToken);
    }

    public ValueTask AcknowledgeAsync(string subscriber, long through, CancellationToken cancellationToken = default)
    {
        NotificationRules.CheckSubscriber(subscriber, nameof(subscriber));
        ArgumentOutOfRangeException.ThrowIfNegative(through);
        return store.AcknowledgeAsync(subscriber, through, cancellationToken);
    }

    public ValueTask<IReadOnlyList<NotificationSubscriber>> ListSubscribersAsync(CancellationToken cancellationToken = default) =>
        store.ReadSubscribersAsync(cancellationToken);

    public ValueTask<bool> RemoveSubscriberAsync(string subscriber, CancellationToken cancellationToken = default)
    {
        NotificationRules.CheckSubscriber(subscriber, nameof(subscriber));
        return store.RemoveSubscriberAsync(subscriber, cancellationToken);
    }

    private async ValueTask<IReadOnlyList<TaskNotification>> ReadUnacknowledgedAsync(NotificationQuery query, CancellationToken cancellationToken) =>
        await store.ReadAsync(query with { After = await BeginAsync(query, cancellationToken).ConfigureAwait(false) }, cancellationToken).ConfigureAwait(false);

    private async ValueTask<long> BeginAsync(NotificationQuery query, CancellationToken cancellationToken) =>
        query.Subscriber is { } subscriber
            ? Math.Max(query.After, await store.ReadAcknowledgedAsync(subscriber, cancellationToken).ConfigureAwait(false))
            : query.After;

    private async IAsyncEnumerable<TaskNotification> StreamAsync(NotificationQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = await BeginAsync(query, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            // Before the read: what is raised during it makes the wait below return at once.
            var seen = signals.Notified.Version;
            var last = await store.ReadLastNumberAsync(cancellationToken).ConfigureAwait(false);
            var page = await store.ReadAsync(query with { After = after, Limit = PageSize, Newest = false }, cancellationToken).ConfigureAwait(false);
            var isFirst = true;
            foreach (var notification in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                after = notification.Number;
                if (isFirst || !notification.IsVoidable || await IsStillThereAsync(notification, cancellationToken).ConfigureAwait(false))
                {
                    yield return notification;
                }

                isFirst = false;
            }

            if (page.Count < PageSize)
            {
                // What the query leaves out is not read again.
                after = Math.Max(after, last);
                await signals.WaitAsync(signals.Notified, seen, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>While those before it were handled, it may have become void, also in another process.</summary>
    private async ValueTask<bool> IsStillThereAsync(TaskNotification notification, CancellationToken cancellationToken) =>
        await store.ReadAsync(new NotificationQuery { After = notification.Number - 1, Limit = 1 }, cancellationToken).ConfigureAwait(false) is [var first]
        && first.Number == notification.Number;
}
