using DurableQueue.Queueing;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Notifications and their subscribers.</summary>
internal sealed class SqliteNotificationStore(Writer writer, Readers readers, int kept) : INotificationStore
{
    private const string Select =
        $"""
        SELECT number AS Number, topic AS Topic, text AS Text, task_id AS TaskId, name AS Name, raised_at_ms AS RaisedAtMs,
               group_name AS GroupName, label AS Label, data AS Data, void_state = {VoidCode.WithTask} AS IsVoidable
        FROM notification
        WHERE number > @after AND void_state <> {VoidCode.Void}
          AND (@tasks IS NULL OR task_id IN (SELECT value FROM json_each(@tasks)))
          AND (@labels IS NULL OR label IN (SELECT value FROM json_each(@labels)))
          AND (@groups IS NULL OR group_name IN (SELECT value FROM json_each(@groups)))
          AND (@topics IS NULL OR topic IN (SELECT value FROM json_each(@topics)))
        """;

    private const string SelectOldest = $"{Select} ORDER BY number LIMIT @limit";

    private const string SelectNewest = $"{Select} ORDER BY number DESC LIMIT @limit";

    private const string SelectLast = "SELECT max(number) FROM notification";

    private const string SelectHorizon = "SELECT min(number) - 1 FROM notification";

    private const string SelectAcknowledged = "SELECT acknowledged_through FROM notification_subscriber WHERE name = @name";

    private const string SelectSubscribers =
        """
        SELECT name AS Name, acknowledged_through AS AcknowledgedThrough, seen_at_ms AS SeenAtMs FROM notification_subscriber ORDER BY name
        """;

    public ValueTask<long> RaiseAsync(NewNotification notification, CancellationToken cancellationToken) =>
        writer.RunAsync(new RaiseNotification(notification, kept), cancellationToken);

    public ValueTask<bool> RaiseAsync(Lease lease, NewNotification notification, ReadOnlyMemory<byte>? checkpoint, CancellationToken cancellationToken) =>
        writer.RunAsync(new RaiseForAttempt(lease, notification, checkpoint, kept), cancellationToken);

    public ValueTask<IReadOnlyList<TaskNotification>> ReadAsync(NotificationQuery query, CancellationToken cancellationToken)
    {
        var tasks = query.Tasks is { } ids ? StoredJson.WriteList(ids.Select(id => id.Value)) : null;
        var labels = Names(query.Labels);
        var groups = Names(query.Groups);
        var topics = Names(query.Topics);
        return readers.ReadAsync(
            IReadOnlyList<TaskNotification> (SqliteConnection connection) =>
            [
                .. connection.ReadRows<NotificationRow>(query.Newest ? SelectNewest : SelectOldest, Bind)
                    .OrderBy(row => row.Number)
                    .Select(row => row.ToNotification()),
            ],
            cancellationToken);

        void Bind(Statement statement) => statement
            .Bind("@after", query.After)
            .Bind("@limit", query.Limit)
            .Bind("@tasks", tasks)
            .Bind("@labels", labels)
            .Bind("@groups", groups)
            .Bind("@topics", topics);

        static string? Names(IReadOnlyList<string>? names) => names is null ? null : StoredJson.WriteNames(names);
    }

    public ValueTask<long> ReadLastNumberAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => connection.ReadNumber(SelectLast) ?? 0, cancellationToken);

    public ValueTask<long> ReadHorizonAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => connection.ReadNumber(SelectHorizon) ?? 0, cancellationToken);

    public ValueTask<long> ReadAcknowledgedAsync(string subscriber, CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => connection.ReadNumber(SelectAcknowledged, s => s.Bind("@name", subscriber)) ?? 0, cancellationToken);

    public ValueTask AcknowledgeAsync(string subscriber, long through, CancellationToken cancellationToken) =>
        writer.DoAsync(new AcknowledgeNotifications(subscriber, through), cancellationToken);

    public ValueTask<IReadOnlyList<NotificationSubscriber>> ReadSubscribersAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(
            IReadOnlyList<NotificationSubscriber> (SqliteConnection connection) =>
                [.. connection.ReadRows<SubscriberRow>(SelectSubscribers).Select(row => row.ToSubscriber())],
            cancellationToken);

    public ValueTask<bool> RemoveSubscriberAsync(string subscriber, CancellationToken cancellationToken) =>
        writer.RunAsync(new RemoveSubscriber(subscriber), cancellationToken);

    private sealed class NotificationRow : IStoredRow<NotificationRow>
    {
        public long Number { get; init; }

        public string Topic { get; init; } = "";

        public string Text { get; init; } = "";

        public long? TaskId { get; init; }

        public string? Name { get; init; }

        public long RaisedAtMs { get; init; }

        public string? GroupName { get; init; }

        public string? Label { get; init; }

        public string? Data { get; init; }

        public bool IsVoidable { get; init; }

        public static NotificationRow Read(StoredCells cells) => new()
        {
            Number = cells.Long(),
            Topic = cells.Text(),
            Text = cells.Text(),
            TaskId = cells.NullableLong(),
            Name = cells.NullableText(),
            RaisedAtMs = cells.Long(),
            GroupName = cells.NullableText(),
            Label = cells.NullableText(),
            Data = cells.NullableText(),
            IsVoidable = cells.Bool(),
        };

        public TaskNotification ToNotification() => new(Number, Topic, Text, Times.FromMs(RaisedAtMs))
        {
            TaskId = TaskId is { } id ? new TaskId(id) : null,
            Name = Name,
            Group = GroupName,
            Label = Label,
            Data = Data,
            IsVoidable = IsVoidable,
        };
    }

    private sealed class SubscriberRow : IStoredRow<SubscriberRow>
    {
        public string Name { get; init; } = "";

        public long AcknowledgedThrough { get; init; }

        public long SeenAtMs { get; init; }

        public static SubscriberRow Read(StoredCells cells) => new()
        {
            Name = cells.Text(),
            AcknowledgedThrough = cells.Long(),
            SeenAtMs = cells.Long(),
        };

        public NotificationSubscriber ToSubscriber() => new(Name, AcknowledgedThrough, Times.FromMs(SeenAtMs));
    }
}
