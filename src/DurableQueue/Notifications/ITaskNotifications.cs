namespace DurableQueue;

/// <summary>
/// Durable messages about tasks, numbered without gaps. A subscriber has a name, and reads the notifications that it has not acknowledged, at any
/// time and in any process.
/// </summary>
/// <remarks>
/// By default the newest 10,000 notifications are kept; the queue's options can change that. If the first number that a subscriber reads doesn't
/// follow its last acknowledged number, the notifications in between were lost.
/// </remarks>
public interface ITaskNotifications
{
    /// <summary>Publishes a notification. If a stored notification has the same <see cref="NewNotification.Key"/>, nothing is stored.</summary>
    /// <returns>The number of the new notification, or of the one with the same key.</returns>
    ValueTask<long> RaiseAsync(NewNotification notification, CancellationToken cancellationToken = default);

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
