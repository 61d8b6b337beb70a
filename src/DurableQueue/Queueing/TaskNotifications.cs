using System.Runtime.CompilerServices;
using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>Checks notifications and subscribers, and streams what is raised.</summary>
internal sealed class TaskNotifications(INotificationStore store, QueueSignals signals) : ITaskNotifications
{
    private const int PageSize = 500;

    public ValueTask<long> RaiseAsync(NewNotification notification, CancellationToken cancellationToken = default)
    {
        NotificationRules.Check(notification);
        return store.RaiseAsync(notification, cancellationToken);
    }

    public ValueTask<IReadOnlyList<TaskNotification>> ListAsync(long after = 0, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        Check.Between(limit, 1, Limits.BatchSize, nameof(limit));
        return store.ReadAsync(after, limit, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<TaskNotification>> ReadAsync(string subscriber, int limit = 100, CancellationToken cancellationToken = default)
    {
        CheckSubscriber(subscriber);
        Check.Between(limit, 1, Limits.BatchSize, nameof(limit));
        var after = await store.ReadAcknowledgedAsync(subscriber, cancellationToken).ConfigureAwait(false);
        return await store.ReadAsync(after, limit, cancellationToken).ConfigureAwait(false);
    }

    public IAsyncEnumerable<TaskNotification> SubscribeAsync(string subscriber, CancellationToken cancellationToken = default)
    {
        CheckSubscriber(subscriber);
        return StreamAsync(subscriber, cancellationToken);
    }

    public ValueTask AcknowledgeAsync(string subscriber, long through, CancellationToken cancellationToken = default)
    {
        CheckSubscriber(subscriber);
        ArgumentOutOfRangeException.ThrowIfNegative(through);
        return store.AcknowledgeAsync(subscriber, through, cancellationToken);
    }

    public ValueTask<IReadOnlyList<NotificationSubscriber>> ListSubscribersAsync(CancellationToken cancellationToken = default) =>
        store.ReadSubscribersAsync(cancellationToken);

    public ValueTask<bool> RemoveSubscriberAsync(string subscriber, CancellationToken cancellationToken = default)
    {
        CheckSubscriber(subscriber);
        return store.RemoveSubscriberAsync(subscriber, cancellationToken);
    }

    private async IAsyncEnumerable<TaskNotification> StreamAsync(string subscriber, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = await store.ReadAcknowledgedAsync(subscriber, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            // Before the read: what is raised during it makes the wait below return at once.
            var seen = signals.Notified.Version;
            var page = await store.ReadAsync(after, PageSize, cancellationToken).ConfigureAwait(false);
            foreach (var notification in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                after = notification.Number;
                yield return notification;
            }

            if (page.Count < PageSize)
            {
                await signals.WaitAsync(signals.Notified, seen, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static void CheckSubscriber(string subscriber) => Check.Text(subscriber, nameof(subscriber), Limits.WorkerLength, 1);
}
