namespace DurableQueue.Sqlite.Operations;

/// <summary>Ends a task with success.</summary>
internal sealed class CompleteTask(Lease lease, ReadOnlyMemory<byte> result) : WriteOperation<bool>
{
    // The usual end: nothing waits for the task, and nothing has to be cleared beside its row. If that is so, one statement is all.
    private const string CompletePlain =
        """
        UPDATE task
        SET state = 2, outcome = 1, lease_expires_at_ms = NULL, finished_at_ms = @now, finish_sequence = @sequence
        WHERE id = @id AND token = @token AND state = 1 AND lane_id = @lane
          AND waiting = 0 AND cancel_requested = 0 AND dedup = 0 AND awaited = 0 AND checkpointed = 0 AND failure_result = 0
          AND asked = 0 AND schedule_run IS NULL
        """;

    // Apart from the update: RETURNING would more than double its cost.
    private const string SelectLeased =
        "SELECT lane_id, waiting, dedup, awaited, asked, schedule_run FROM task WHERE id = @id AND token = @token AND state = 1";

    private const string Complete =
        """
        UPDATE task
        SET state = 2, outcome = 1, waiting = 0, cancel_requested = 0, checkpointed = 0, failure_result = 0, lease_expires_at_ms = NULL, finished_at_ms = @now,
            finish_sequence = @sequence, error = CASE cancel_requested WHEN 1 THEN NULL ELSE error END
        WHERE id = @id AND token = @token AND state = 1
        """;

    private const string DeleteCheckpoint = "DELETE FROM task_checkpoint WHERE id = @id";

    private const string DeleteFailureResult = "DELETE FROM task_result WHERE id = @id";

    private const string InsertResult = "INSERT INTO task_result (id, result) VALUES (@id, @result)";

    protected override bool Execute(WriteSession session) => Run(session, lease, result.Span);

    /// <returns>False if the lease is lost.</returns>
    public static bool Run(WriteSession session, Lease lease, ReadOnlySpan<byte> result)
    {
        if (!RunPlain(session, lease) && !RunAny(session, lease))
        {
            return false;
        }

        if (!result.IsEmpty)
        {
            session.Db[InsertResult].Bind("@id", lease.TaskId.Value).Bind("@result", result).Run();
        }

        return true;
    }

    private static bool RunPlain(WriteSession session, Lease lease)
    {
        if (!session.Leased.TryTake(lease.TaskId, out var laneId))
        {
            return false;
        }

        var completed = session.Db[CompletePlain].Bind("@id", lease.TaskId.Value)
            .Bind("@token", lease.Token)
            .Bind("@lane", laneId)
            .Bind("@now", session.NowMs)
            .Bind("@sequence", session.Counters.ComingFinishSequence())
            .Run();
        if (completed == 0)
        {
            return false;
        }

        session.Counters.NextFinishSequence();
        Finished(session, lease, laneId, waiting: false, dedup: null, awaited: false);
        return true;
    }

    private static bool RunAny(WriteSession session, Lease lease)
    {
        var leased = session.Db[SelectLeased].Bind("@id", lease.TaskId.Value).Bind("@token", lease.Token);
        if (!leased.Step())
        {
            return false;
        }

        var (laneId, waiting, dedup, awaited) = (leased.Long(0), leased.Bool(1), StoredScope.Read(leased.Int(2)), leased.Bool(3));
        var (asked, run) = (leased.Bool(4), leased.NullableLong(5));
        leased.Reset();
        session.Db[Complete].Bind("@id", lease.TaskId.Value)
            .Bind("@token", lease.Token)
            .Bind("@now", session.NowMs)
            .Bind("@sequence", session.Counters.NextFinishSequence())
            .Run();
        session.Db[DeleteCheckpoint].Bind("@id", lease.TaskId.Value).Run();
        session.Db[DeleteFailureResult].Bind("@id", lease.TaskId.Value).Run();
        if (asked)
        {
            session.Approvals.WithdrawPending(lease.TaskId, "The task ended without it.");
        }

        Finished(session, lease, laneId, waiting, dedup, awaited);
        if (run is { } scheduled)
        {
            session.Schedules.RunEnded(scheduled, TaskOutcome.Succeeded, error: null);
        }

        return true;
    }

    private static void Finished(WriteSession session, Lease lease, long laneId, bool waiting, DedupScope? dedup, bool awaited)
    {
        var lane = session.Lanes.ById(laneId);
        session.Budgets.Settle(lease.TaskId, lane, lease.Token, AttemptCost.AsReported);
        session.Tasks.AfterFinish(lease.TaskId, lane, TaskState.CheckedOut, waiting, dedup, awaited, TaskState.Done, TaskOutcome.Succeeded);
    }
}
