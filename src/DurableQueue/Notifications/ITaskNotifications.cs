namespace DurableQueue;

/// <summary>
/// Durable messages about tasks. Each is numbered, rising without gaps; a subscriber has a name and gets, at any time and in any process, what
/// it has not acknowledged.
/// </summary>
/// <remarks>
/// The newest 10,000 are kept unless the store is set otherwise; a gap below the first number that a subscriber gets tells how many it has missed
/// for good.
/// </remarks>
public interface ITaskNotifications
{
    /// <summary>Stores a notification. If its <see cref="NewNotification.Key"/> was used by one that is kept, nothing is stored.</summary>
    /// <returns>Its number, or that of the one with the same key.</returns>
    ValueTask<long> RaiseAsync(NewNotification notification, CancellationToken cancellationToken = default);

    /// <summary>Notifications with a number above <paramref name="after"/>, in order.</summary>
    /// <param name="after">Zero (default) means from the first that is kept.</param>
    /// <param name="limit">1 to 10,000; default 100.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    ValueTask<IReadOnlyList<TaskNotification>> ListAsync(long after = 0, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>What a subscriber has not acknowledged, in order. Reading acknowledges nothing.</summary>
    /// <param name="subscriber">Its name; 1 to 256 characters. One that is not known yet gets everything that is kept.</param>
    /// <param name="limit">1 to 10,000; default 100.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    ValueTask<IReadOnlyList<TaskNotification>> ReadAsync(string subscriber, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>What a subscriber has not acknowledged, and then each new one as it is raised, until the token fires. Acknowledges nothing.</summary>
    /// <param name="subscriber">Its name; 1 to 256 characters.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<TaskNotification> SubscribeAsync(string subscriber, CancellationToken cancellationToken = default);

    /// <summary>The subscriber has done with everything up to this number. A lower number than before changes nothing.</summary>
    /// <param name="subscriber">Its name; stored with the first acknowledgement.</param>
    /// <param name="through">The number of the last one it is done with; one above the newest counts as the newest.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    ValueTask AcknowledgeAsync(string subscriber, long through, CancellationToken cancellationToken = default);

    /// <summary>The subscribers that have acknowledged something, by name.</summary>
    ValueTask<IReadOnlyList<NotificationSubscriber>> ListSubscribersAsync(CancellationToken cancellationToken = default);

    /// <summary>Forgets a subscriber: under the same name it gets everything that is kept.</summary>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> RemoveSubscriberAsync(string subscriber, CancellationToken cancellationToken = default);
}
