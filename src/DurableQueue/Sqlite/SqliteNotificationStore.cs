using Dapper;
using DurableQueue.Queueing;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Notifications and their subscribers.</summary>
internal sealed class SqliteNotificationStore(Writer writer, Readers readers, int kept) : INotificationStore
{
    private const string SelectAfter =
        """
        SELECT number AS Number, topic AS Topic, text AS Text, task_id AS TaskId, name AS Name, raised_at_ms AS RaisedAtMs
        FROM notification WHERE number > @after ORDER BY number LIMIT @limit
        """;

    private const string SelectAcknowledged = "SELECT acknowledged_through FROM notification_subscriber WHERE name = @name";

    private const string SelectSubscribers =
        """
        SELECT name AS Name, acknowledged_through AS AcknowledgedThrough, seen_at_ms AS SeenAtMs FROM notification_subscriber ORDER BY name
        """;

    public ValueTask<long> RaiseAsync(NewNotification notification, CancellationToken cancellationToken) =>
        writer.RunAsync(new RaiseNotification(notification, kept), cancellationToken);

    public ValueTask<IReadOnlyList<TaskNotification>> ReadAsync(long after, int limit, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            IReadOnlyList<TaskNotification> (SqliteConnection connection) =>
                [.. connection.Query<NotificationRow>(SelectAfter, new { after, limit }).Select(row => row.ToNotification())],
            cancellationToken);

    public ValueTask<long> ReadAcknowledgedAsync(string subscriber, CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => connection.ExecuteScalar<long?>(SelectAcknowledged, new { name = subscriber }) ?? 0, cancellationToken);

    public ValueTask AcknowledgeAsync(string subscriber, long through, CancellationToken cancellationToken) =>
        writer.DoAsync(new AcknowledgeNotifications(subscriber, through), cancellationToken);

    public ValueTask<IReadOnlyList<NotificationSubscriber>> ReadSubscribersAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(
            IReadOnlyList<NotificationSubscriber> (SqliteConnection connection) =>
                [.. connection.Query<SubscriberRow>(SelectSubscribers).Select(row => row.ToSubscriber())],
            cancellationToken);

    public ValueTask<bool> RemoveSubscriberAsync(string subscriber, CancellationToken cancellationToken) =>
        writer.RunAsync(new RemoveSubscriber(subscriber), cancellationToken);

    private sealed class NotificationRow
    {
        public long Number { get; init; }

        public string Topic { get; init; } = "";

        public string Text { get; init; } = "";

        public long? TaskId { get; init; }

        public string? Name { get; init; }

        public long RaisedAtMs { get; init; }

        public TaskNotification ToNotification() =>
            new(Number, Topic, Text, Times.FromMs(RaisedAtMs)) { TaskId = TaskId is { } id ? new TaskId(id) : null, Name = Name };
    }

    private sealed class SubscriberRow
    {
        public string Name { get; init; } = "";

        public long AcknowledgedThrough { get; init; }

        public long SeenAtMs { get; init; }

        public NotificationSubscriber ToSubscriber() => new(Name, AcknowledgedThrough, Times.FromMs(SeenAtMs));
    }
}
