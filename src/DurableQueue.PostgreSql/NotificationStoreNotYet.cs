using DurableQueue.Storage;

namespace DurableQueue.PostgreSql;

/// <summary>The notifications that there can't be yet.</summary>
internal sealed class NotificationStoreNotYet : INotificationStore
{
    private static NotSupportedException Refusal => NotYet.Refuse("Notifications are");

    public ValueTask<long> RaiseAsync(NewNotification notification, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask<bool> RaiseAsync(Lease lease, NewNotification notification, ReadOnlyMemory<byte>? checkpoint, CancellationToken cancellationToken) =>
        throw Refusal;

    public ValueTask<IReadOnlyList<TaskNotification>> ReadAsync(NotificationQuery query, CancellationToken cancellationToken) => new([]);

    public ValueTask<long> ReadLastNumberAsync(CancellationToken cancellationToken) => new(0);

    public ValueTask<long> ReadAcknowledgedAsync(string subscriber, CancellationToken cancellationToken) => new(0);

    public ValueTask<long> ReadHorizonAsync(CancellationToken cancellationToken) => new(0);

    public ValueTask AcknowledgeAsync(string subscriber, long through, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask<IReadOnlyList<NotificationSubscriber>> ReadSubscribersAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask<bool> RemoveSubscriberAsync(string subscriber, CancellationToken cancellationToken) => throw Refusal;
}
