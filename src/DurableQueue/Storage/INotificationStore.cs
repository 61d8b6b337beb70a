namespace DurableQueue.Storage;

/// <summary>Notifications and their subscribers.</summary>
internal interface INotificationStore
{
    /// <returns>Its number.</returns>
    ValueTask<long> RaiseAsync(NewNotification notification, CancellationToken cancellationToken);

    /// <returns>Those behind a number, oldest first.</returns>
    ValueTask<IReadOnlyList<TaskNotification>> ReadAsync(long after, int limit, CancellationToken cancellationToken);

    /// <returns>The number up to which a subscriber has acknowledged; 0 for an unknown one.</returns>
    ValueTask<long> ReadAcknowledgedAsync(string subscriber, CancellationToken cancellationToken);

    ValueTask AcknowledgeAsync(string subscriber, long through, CancellationToken cancellationToken);

    /// <returns>All of them, by name.</returns>
    ValueTask<IReadOnlyList<NotificationSubscriber>> ReadSubscribersAsync(CancellationToken cancellationToken);

    ValueTask<bool> RemoveSubscriberAsync(string subscriber, CancellationToken cancellationToken);
}
