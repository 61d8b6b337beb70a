using System.Runtime.CompilerServices;
using Dapper;
using DurableQueue.Queueing;
using DurableQueue.Sqlite.Operations;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Notifications: written by the writer, read on reading connections.</summary>
internal sealed class SqliteTaskNotifications(Writer writer, Readers readers, QueueSignals signals, int kept) : ITaskNotifications
{
    private const int AtOnce = 500;

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

    public ValueTask<long> RaiseAsync(NewNotification notification, CancellationToken cancellationToken = default)
    {
        NotificationRules.Check(notification);
        return writer.RunAsync(new RaiseNotification(notification, kept), cancellationToken);
    }

    public ValueTask<IReadOnlyList<TaskNotification>> ListAsync(long after = 0, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        Check.Between(limit, 1, Limits.BatchSize, nameof(limit));
        return readers.ReadAsync<IReadOnlyList<TaskNotification>>(connection => Read(connection, after, limit), cancellationToken);
    }

    public ValueTask<IReadOnlyList<TaskNotification>> ReadAsync(string subscriber, int limit = 100, CancellationToken cancellationToken = default)
    {
        CheckSubscriber(subscriber);
        Check.Between(limit, 1, Limits.BatchSize, nameof(limit));
        return readers.ReadAsync<IReadOnlyList<TaskNotification>>(connection => Read(connection, Acknowledged(connection, subscriber), limit), cancellationToken);
    }

    public IAsyncEnumerable<TaskNotification> SubscribeAsync(string subscriber, CancellationToken cancellationToken = default)
    {
        CheckSubscriber(subscriber);
        return StreamAsync(subscriber, cancellationToken);
    }

    public async ValueTask AcknowledgeAsync(string subscriber, long through, CancellationToken cancellationToken = default)
    {
        CheckSubscriber(subscriber);
        ArgumentOutOfRangeException.ThrowIfNegative(through);
        await writer.RunAsync(new AcknowledgeNotifications(subscriber, through), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<IReadOnlyList<NotificationSubscriber>> ListSubscribersAsync(CancellationToken cancellationToken = default) =>
        readers.ReadAsync<IReadOnlyList<NotificationSubscriber>>(
            connection => connection.Query<SubscriberRow>(SelectSubscribers).Select(row => row.ToSubscriber()).AsList(), cancellationToken);

    public ValueTask<bool> RemoveSubscriberAsync(string subscriber, CancellationToken cancellationToken = default)
    {
        CheckSubscriber(subscriber);
        return writer.RunAsync(new RemoveSubscriber(subscriber), cancellationToken);
    }

    private async IAsyncEnumerable<TaskNotification> StreamAsync(string subscriber, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = await readers.ReadAsync(connection => Acknowledged(connection, subscriber), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            // Before the look: what is raised during it makes the wait below return at once.
            var seen = signals.Notified.Version;
            var from = after;
            var found = await readers.ReadAsync(connection => Read(connection, from, AtOnce), cancellationToken).ConfigureAwait(false);
            foreach (var notification in found)
            {
                cancellationToken.ThrowIfCancellationRequested();
                after = notification.Number;
                yield return notification;
            }

            if (found.Count < AtOnce)
            {
                await signals.WaitAsync(signals.Notified, seen, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static List<TaskNotification> Read(SqliteConnection connection, long after, int limit) =>
        connection.Query<NotificationRow>(SelectAfter, new { after, limit }).Select(row => row.ToNotification()).AsList();

    private static long Acknowledged(SqliteConnection connection, string subscriber) =>
        connection.ExecuteScalar<long?>(SelectAcknowledged, new { name = subscriber }) ?? 0;

    private static void CheckSubscriber(string subscriber) => Check.Text(subscriber, nameof(subscriber), Limits.WorkerLength, 1);

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
