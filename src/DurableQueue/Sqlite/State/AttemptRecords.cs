namespace DurableQueue.Sqlite;

/// <summary>What is kept of attempts: a row for each that failed, and the result, the progress and the checkpoint of a task's run.</summary>
internal sealed class AttemptRecords(WriteConnection db, WriteClock clock)
{
    private const string InsertAttempt =
        """
        INSERT INTO task_attempt (task_id, token, attempt, worker, started_at_ms, ended_at_ms, outcome, error)
        VALUES (@id, @token, @attempt, @worker, @started, @now, @outcome, @error)
        """;

    private const string SetHasFailureResult = "UPDATE task SET failure_result = @any WHERE id = @id AND failure_result <> @any";

    private const string InsertResult = "INSERT INTO task_result (id, result) VALUES (@id, @result)";

    private const string DeleteResult = "DELETE FROM task_result WHERE id = @id";

    private const string DeleteProgress = "DELETE FROM task_progress WHERE id = @id";

    private const string DeleteCheckpoint = "DELETE FROM task_checkpoint WHERE id = @id";

    /// <summary>Records an attempt that did not succeed.</summary>
    public void AddFailed(TaskRow row, TaskOutcome outcome, string error) =>
        db[InsertAttempt].Bind("@id", row.Id.Value)
            .Bind("@token", row.Token)
            .Bind("@attempt", row.Attempt)
            .Bind("@worker", row.Worker ?? "")
            .Bind("@started", row.StartedAtMs ?? clock.NowMs)
            .Bind("@now", clock.NowMs)
            .Bind("@outcome", (long)outcome)
            .Bind("@error", error)
            .Run();

    /// <summary>Stores the result of a failed attempt, in place of the one before it; empty if it gave none.</summary>
    public void SetFailureResult(TaskRow row, ReadOnlySpan<byte> result)
    {
        if (row.HasFailureResult)
        {
            db[DeleteResult].Bind("@id", row.Id.Value).Run();
        }

        if (!result.IsEmpty)
        {
            db[InsertResult].Bind("@id", row.Id.Value).Bind("@result", result).Run();
        }

        if (row.HasFailureResult || !result.IsEmpty)
        {
            db[SetHasFailureResult].Bind("@id", row.Id.Value).Bind("@any", !result.IsEmpty).Run();
        }
    }

    /// <summary>A new run of a task begins: nothing of the last one counts for it.</summary>
    public void DeleteRun(TaskId id)
    {
        db[DeleteResult].Bind("@id", id.Value).Run();
        db[DeleteProgress].Bind("@id", id.Value).Run();
        db[DeleteCheckpoint].Bind("@id", id.Value).Run();
    }
}
