using DurableQueue.Queueing;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Reads what waits, from the counters and from the heads of the ready lists: the length of the backlog does not matter.</summary>
internal static class QueueDepth
{
    private const string SelectGroups = "SELECT id AS Id, name AS Name, queued AS Queued, ready AS Ready, scheduled AS Scheduled FROM task_group WHERE removed = 0";

    public static IReadOnlyList<GroupDepth> Read(SqliteConnection connection, DateTimeOffset now)
    {
        var oldest = FirstReady.OldestByGroup(connection);
        return [.. connection.ReadRows<Row>(SelectGroups).Select(row => new GroupDepth(
            row.Name, row.Ready, row.Scheduled, row.Queued - row.Ready - row.Scheduled, oldest.TryGetValue(row.Id, out var since) ? Age(since, now) : null))];
    }

    private static TimeSpan Age(long sinceMs, DateTimeOffset now) => Times.SpanFromMs(Math.Max(0, now.ToUnixTimeMilliseconds() - sinceMs));

    private sealed class Row : IStoredRow<Row>
    {
        public long Id { get; init; }

        public string Name { get; init; } = "";

        public long Queued { get; init; }

        public long Ready { get; init; }

        public long Scheduled { get; init; }

        public static Row Read(StoredCells cells) => new()
        {
            Id = cells.Long(),
            Name = cells.Text(),
            Queued = cells.Long(),
            Ready = cells.Long(),
            Scheduled = cells.Long(),
        };
    }
}
