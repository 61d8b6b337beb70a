namespace DurableQueue;

/// <summary>
/// Durable messages about tasks, numbered in the order of their commits. A subscriber has a name, and reads the notifications that it has not acknowledged, at any
/// time and in any process.
/// </summary>
/// <remarks>
/// By default the newest 10,000 notifications are kept; the queue's options can change that. A subscriber whose last acknowledged number is less than
/// <see cref="GetHorizonAsync"/> has lost those in between.
/// </remarks>
public interface ITaskNotifications
{
    /// <summary>Publishes a notification. If a stored notification has the same <see cref="NewNotification.Key"/>, nothing is stored.</summary>
    /// <returns>The number of the new notification, or of the one with the same key.</returns>
    ValueTask<long> RaiseAsync(NewNotification notification, CancellationToken cancellationToken = default);

    /// <summary>
    /// Publishes a notification of a running attempt, alone or together with a checkpoint: both or none. A handler that watches something can so
    /// raise each notification exactly once, over crashes and take-overs.
    /// </summary>
    /// <param name="lease">The lease of the attempt.</param>
    /// <param name="notification">The notification. Its task is that of the lease.</param>
    /// <param name="checkpoint">See <see cref="TaskContext.CheckpointAsync"/>; <see langword="null"/> means that the last one stays.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <returns><see langword="false"/> if the lease is lost: nothing was changed.</returns>
    /// <remarks>If the task's cancellation was requested, a notification with <see cref="NewNotification.VoidWithTask"/> is void at once.</remarks>
    /// <exception cref="ArgumentException">A value is out of range, or the notification names another task.</exception>
    ValueTask<bool> RaiseAsync(Lease lease, NewNotification notification, ReadOnlyMemory<byte>? checkpoint = null, CancellationToken cancellationToken = default);

    /// <summary>Reads the notifications that match, in order.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    ValueTask<IReadOnlyList<TaskNotification>> QueryAsync(NotificationQuery query, CancellationToken cancellationToken = default);

    /// <summary>
    /// Yields the notifications that match, then each new one as it is published, until it is cancelled. Doesn't acknowledge them.
    /// </summary>
    /// <param name="query">Which ones; its <see cref="NotificationQuery.Newest"/> and <see cref="NotificationQuery.Limit"/> have no effect.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    IAsyncEnumerable<TaskNotification> FollowAsync(NotificationQuery query, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads the number of the newest notification; 0 if there was none yet. To follow only new ones, pass it as <see cref="NotificationQuery.After"/>.
    /// </summary>
    ValueTask<long> GetLastNumberAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads the number through which notifications were deleted to make room for newer ones; 0 if none were.</summary>
    ValueTask<long> GetHorizonAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads notifications with a number greater than <paramref name="after"/>, in order.</summary>
    /// <param name="after">The number to start after. Zero, the default, means from the oldest one.</param>
    /// <param name="limit">The maximum number of notifications, 1 to 10,000. The default is 100.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<TaskNotification>> ListAsync(long after = 0, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>Reads the notifications that a subscriber has not acknowledged, in order. Reading doesn't acknowledge them.</summary>
    /// <param name="subscriber">The name of the subscriber, 1 to 256 characters. A new subscriber reads all stored notifications.</param>
    /// <param name="limit">The maximum number of notifications, 1 to 10,000. The default is 100.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<TaskNotification>> ReadAsync(string subscriber, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>
    /// Yields the notifications that a subscriber has not acknowledged, then each new one as it is published, until it is cancelled. Doesn't acknowledge them.
    /// </summary>
    /// <param name="subscriber">The name of the subscriber, 1 to 256 characters.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<TaskNotification> SubscribeAsync(string subscriber, CancellationToken cancellationToken = default);

    /// <summary>Acknowledges all notifications up to a number. A lower number than before has no effect.</summary>
    /// <param name="subscriber">The name of the subscriber. It is stored with its first acknowledgement.</param>
    /// <param name="through">The number of the last notification to acknowledge. A number beyond the newest one means the newest one.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    ValueTask AcknowledgeAsync(string subscriber, long through, CancellationToken cancellationToken = default);

    /// <summary>Reads the subscribers that have acknowledged notifications, ordered by name.</summary>
    ValueTask<IReadOnlyList<NotificationSubscriber>> ListSubscribersAsync(CancellationToken cancellationToken = default);

    /// <summary>Removes a subscriber. A new subscriber with the same name reads all stored notifications.</summary>
    /// <returns><see langword="false"/> if the subscriber didn't exist.</returns>
    ValueTask<bool> RemoveSubscriberAsync(string subscriber, CancellationToken cancellationToken = default);
}
