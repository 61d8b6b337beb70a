using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>Records who asked for what. Nothing is written for those who give no name.</summary>
internal sealed class RequestRecords(WriteConnection db, WriteClock clock)
{
    private const string InsertInLog =
        """
        INSERT INTO request_log (kind, tasks, group_name, requested_by, reason, change, at_ms)
        VALUES (@kind, @tasks, @group, @by, @reason, @change, @now) RETURNING number
        """;

    private const string DeleteOldOfLog = "DELETE FROM request_log WHERE number <= @through";

    private const string InsertOfTask =
        """
        INSERT INTO task_request (task_id, number, kind, requested_by, reason, change, at_ms)
        VALUES (@id, @number, @kind, @by, @reason, @change, @now)
        """;

    private const string DeleteOldOfTask =
        """
        DELETE FROM task_request
        WHERE task_id = @id AND number <= (SELECT number FROM task_request WHERE task_id = @id ORDER BY number DESC LIMIT 1 OFFSET @kept)
        """;

    /// <summary>Records a request that was carried out.</summary>
    public void Add(NewRequest request)
    {
        var ids = request.Tasks.Select(task => task.Value).Distinct().Order().ToList();
        if (ids.Count == 0)
        {
            Log(request, tasks: null);
        }

        foreach (var chunk in ids.Chunk(Limits.TasksOfRequest))
        {
            var number = Log(request, IdRanges.Write(chunk));
            if (request.Kind != QueueRequestKind.Remove)
            {
                Array.ForEach(chunk, id => AddToTask(id, number, request));
            }
        }
    }

    private long Log(NewRequest request, string? tasks)
    {
        var number = db[InsertInLog].Bind("@kind", (long)request.Kind)
            .Bind("@tasks", tasks)
            .Bind("@group", request.Group)
            .Bind("@by", request.By)
            .Bind("@reason", ReasonOf(request))
            .Bind("@change", request.Change)
            .Bind("@now", clock.NowMs)
            .Scalar()!.Value;
        db[DeleteOldOfLog].Bind("@through", number - Limits.LoggedRequests).Run();
        return number;
    }

    private void AddToTask(long id, long number, NewRequest request)
    {
        db[InsertOfTask].Bind("@id", id)
            .Bind("@number", number)
            .Bind("@kind", (long)request.Kind)
            .Bind("@by", request.By)
            .Bind("@reason", ReasonOf(request))
            .Bind("@change", request.Change)
            .Bind("@now", clock.NowMs)
            .Run();
        db[DeleteOldOfTask].Bind("@id", id).Bind("@kept", Limits.RequestsOfTask).Run();
    }

    private static string? ReasonOf(NewRequest request) => request.Reason is { } reason ? Check.Cut(reason, Limits.ReasonLength) : null;
}
