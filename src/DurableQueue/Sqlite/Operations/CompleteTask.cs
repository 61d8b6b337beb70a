namespace DurableQueue.Sqlite.Operations;

/// <summary>Ends a task with success.</summary>
internal sealed class CompleteTask(Lease lease, ReadOnlyMemory<byte> result) : WriteOperation<bool>
{
    // Apart from the update: RETURNING would more than double its cost.
    private const string SelectLeased = "SELECT lane_id, waiting, dedup, awaited FROM task WHERE id = @id AND token = @token AND state = 1";

    private const string Complete =
        """
        UPDATE task
        SET state = 2, outcome = 1, cancel_requested = 0, lease_expires_at_ms = NULL, finished_at_ms = @now, finish_sequence = @sequence,
            error = CASE cancel_requested WHEN 1 THEN NULL ELSE error END
        WHERE id = @id AND token = @token AND state = 1
        """;

    private const string InsertResult = "INSERT INTO task_result (id, result) VALUES (@id, @result)";

    private const string DeleteCheckpoint = "DELETE FROM task_checkpoint WHERE id = @id";

    protected override bool Execute(WriteSession session)
    {
        var leased = session.Db[SelectLeased].Bind("@id", lease.TaskId.Value).Bind("@token", lease.Token);
        if (!leased.Step())
        {
            return false;
        }

        var (laneId, waiting, dedup, awaited) = (leased.Long(0), leased.Bool(1), leased.Int(2), leased.Bool(3));
        leased.Reset();
        session.Db[Complete].Bind("@id", lease.TaskId.Value)
            .Bind("@token", lease.Token)
            .Bind("@now", session.NowMs)
            .Bind("@sequence", session.Counters.NextFinishSequence())
            .Run();
        session.Db[DeleteCheckpoint].Bind("@id", lease.TaskId.Value).Run();
        if (!result.IsEmpty)
        {
            session.Db[InsertResult].Bind("@id", lease.TaskId.Value).Bind("@result", result.Span).Run();
        }

        session.Tasks.AfterFinish(
            lease.TaskId, session.Lanes.ById(laneId), TaskState.CheckedOut, waiting, dedup, awaited, TaskState.Done, TaskOutcome.Succeeded);
        return true;
    }
}
