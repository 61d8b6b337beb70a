namespace DurableQueue.Storage;

/// <summary>Notifications and their subscribers.</summary>
internal interface INotificationStore
{
    /// <returns>Its number.</returns>
    ValueTask<long> RaiseAsync(NewNotification notification, CancellationToken cancellationToken);

    /// <summary>Stores a notification of a running attempt and, unless it is <see langword="null"/>, the attempt's checkpoint.</summary>
    /// <returns><see langword="false"/> if the lease is lost.</returns>
    ValueTask<bool> RaiseAsync(Lease lease, NewNotification notification, ReadOnlyMemory<byte>? checkpoint, CancellationToken cancellationToken);

    /// <returns>Those that match and are not void, oldest first. The subscriber of the query has no effect.</returns>
    ValueTask<IReadOnlyList<TaskNotification>> ReadAsync(NotificationQuery query, CancellationToken cancellationToken);

    /// <returns>The highest number so far; 0 if nothing was raised.</returns>
    ValueTask<long> ReadLastNumberAsync(CancellationToken cancellationToken);

    /// <returns>The number up to which a subscriber has acknowledged; 0 for an unknown one.</returns>
    ValueTask<long> ReadAcknowledgedAsync(string subscriber, CancellationToken cancellationToken);

    /// <returns>The highest number that was deleted to make room; 0 if none was.</returns>
    ValueTask<long> ReadHorizonAsync(CancellationToken cancellationToken);

    ValueTask AcknowledgeAsync(string subscriber, long through, CancellationToken cancellationToken);

    /// <returns>All of them, by name.</returns>
    ValueTask<IReadOnlyList<NotificationSubscriber>> ReadSubscribersAsync(CancellationToken cancellationToken);

    ValueTask<bool> RemoveSubscriberAsync(string subscriber, CancellationToken cancellationToken);
}
