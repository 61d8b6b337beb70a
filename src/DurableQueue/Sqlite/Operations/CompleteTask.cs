namespace DurableQueue.Sqlite.Operations;

/// <summary>Ends a task with success.</summary>
internal sealed class CompleteTask(Lease lease, ReadOnlyMemory<byte> result) : WriteOperation<bool>
{
    private const string Complete =
        """
        UPDATE task
        SET state = 2, outcome = 1, cancel_requested = 0, lease_expires_at_ms = NULL, finished_at_ms = @now, finish_sequence = @sequence,
            error = CASE cancel_requested WHEN 1 THEN NULL ELSE error END
        WHERE id = @id AND token = @token AND state = 1
        RETURNING lane_id, waiting, dedup, awaited
        """;

    private const string InsertResult = "INSERT INTO task_result (id, result) VALUES (@id, @result)";

    protected override bool Execute(WriteSession session)
    {
        var complete = session.Db[Complete].Bind("@id", lease.TaskId.Value)
            .Bind("@token", lease.Token)
            .Bind("@now", session.NowMs)
            .Bind("@sequence", session.Counters.FinishSequence + 1);
        if (!complete.Step())
        {
            return false;
        }

        var (laneId, waiting, dedup, awaited) = (complete.Long(0), complete.Bool(1), complete.Int(2), complete.Bool(3));
        complete.Run();
        session.Counters.NextFinishSequence();
        if (!result.IsEmpty)
        {
            session.Db[InsertResult].Bind("@id", lease.TaskId.Value).Bind("@result", result.Span).Run();
        }

        session.Tasks.AfterFinish(
            lease.TaskId, session.Lanes.ById(laneId), TaskState.CheckedOut, waiting, dedup, awaited, TaskState.Done, TaskOutcome.Succeeded);
        return true;
    }
}
