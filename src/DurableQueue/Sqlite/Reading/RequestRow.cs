using DurableQueue.Queueing;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Reads who asked for what.</summary>
internal sealed class RequestRow : IStoredRow<RequestRow>
{
    private const string SelectOfTask =
        """
        SELECT number, kind, requested_by, at_ms, reason, change, NULL, NULL
        FROM task_request WHERE task_id = @id ORDER BY number
        """;

    private const string SelectLog =
        """
        SELECT number, kind, requested_by, at_ms, reason, change, tasks, group_name
        FROM request_log WHERE number < @before ORDER BY number DESC LIMIT @limit
        """;

    private QueueRequest request = null!;

    /// <summary>Reads those of a task; of one that is gone, those of the log.</summary>
    public static IReadOnlyList<QueueRequest> OfTask(SqliteConnection connection, TaskId id)
    {
        var own = connection.ReadRows<RequestRow>(SelectOfTask, s => s.Bind("@id", id.Value));
        return own.Count > 0
            ? [.. own.Select(row => row.request with { Tasks = [id] })]
            : [.. ReadLog(connection, long.MaxValue, Limits.LoggedRequests).Where(request => request.Tasks.Contains(id)).Reverse()];
    }

    /// <summary>Reads a page of the log, newest first.</summary>
    public static IReadOnlyList<QueueRequest> ReadLog(SqliteConnection connection, long before, int limit) =>
        [.. connection.ReadRows<RequestRow>(SelectLog, s => s.Bind("@before", before).Bind("@limit", limit)).Select(row => row.request)];

    public static RequestRow Read(StoredCells cells) => new()
    {
        request = new QueueRequest
        {
            Number = cells.Long(),
            Kind = (QueueRequestKind)cells.Long(),
            By = cells.Text(),
            At = Times.FromMs(cells.Long()),
            Reason = cells.NullableText(),
            Change = cells.NullableText(),
            Tasks = cells.NullableText() is { } tasks ? IdRanges.Read(tasks) : [],
            Group = cells.NullableText(),
        },
    };
}
