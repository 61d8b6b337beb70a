using DurableQueue.Groups;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Ends a task with success.</summary>
internal sealed class CompleteTask(Lease lease, ReadOnlyMemory<byte> result) : WriteOperation<bool>
{
    // The usual end: nothing waits for the task, and nothing has to be cleared beside its row. If that is so, one statement is all.
    private const string CompletePlain =
        $"""
        UPDATE task
        SET state = {TaskStateCode.Done}, outcome = {OutcomeCode.Succeeded}, lease_expires_at_ms = NULL, finished_at_ms = @now, finish_sequence = @sequence
        WHERE id = @id AND token = @token AND state = {TaskStateCode.CheckedOut} AND lane_id = @lane
          AND waiting = 0 AND cancel_requested = 0 AND dedup = {DedupCode.NoKey} AND awaited = 0 AND checkpointed = 0 AND failure_result = 0
          AND asked = 0 AND schedule_run IS NULL
        """;

    // Apart from the update: RETURNING would more than double its cost.
    private const string SelectLeased =
        $"SELECT lane_id, waiting, dedup, awaited, asked, schedule_run FROM task WHERE id = @id AND token = @token AND state = {TaskStateCode.CheckedOut}";

    private const string Complete =
        $"""
        UPDATE task
        SET state = {TaskStateCode.Done}, outcome = {OutcomeCode.Succeeded}, waiting = 0, cancel_requested = 0, checkpointed = 0, failure_result = 0, lease_expires_at_ms = NULL, finished_at_ms = @now,
            finish_sequence = @sequence, error = CASE cancel_requested WHEN 1 THEN NULL ELSE error END
        WHERE id = @id AND token = @token AND state = {TaskStateCode.CheckedOut}
        """;

    private const string DeleteCheckpoint = "DELETE FROM task_checkpoint WHERE id = @id";

    private const string DeleteFailureResult = "DELETE FROM task_result WHERE id = @id";

    private const string InsertResult = "INSERT INTO task_result (id, result) VALUES (@id, @result)";

    protected override bool Execute(WriteContext context) => Run(context, lease, result.Span);

    /// <returns>False if the lease is lost.</returns>
    public static bool Run(WriteContext context, Lease lease, ReadOnlySpan<byte> result)
    {
        if (!RunPlain(context, lease) && !RunAny(context, lease))
        {
            return false;
        }

        if (!result.IsEmpty)
        {
            context.Db[InsertResult].Bind("@id", lease.TaskId.Value).Bind("@result", result).Run();
        }

        return true;
    }

    private static bool RunPlain(WriteContext context, Lease lease)
    {
        if (!context.Leased.TryTake(lease.TaskId, out var laneId))
        {
            return false;
        }

        var completed = context.Db[CompletePlain].Bind("@id", lease.TaskId.Value)
            .Bind("@token", lease.Token)
            .Bind("@lane", laneId)
            .Bind("@now", context.NowMs)
            .Bind("@sequence", context.Counters.ComingFinishSequence())
            .Run();
        if (completed == 0)
        {
            return false;
        }

        context.Counters.NextFinishSequence();
        Finished(context, lease, laneId, waiting: false, dedup: null, awaited: false);
        return true;
    }

    private static bool RunAny(WriteContext context, Lease lease)
    {
        var leased = context.Db[SelectLeased].Bind("@id", lease.TaskId.Value).Bind("@token", lease.Token);
        if (!leased.Step())
        {
            return false;
        }

        var (laneId, waiting, dedup, awaited) = (leased.Long(0), leased.Bool(1), StoredScope.Read(leased.Int(2)), leased.Bool(3));
        var (asked, run) = (leased.Bool(4), leased.NullableLong(5));
        leased.Reset();
        context.Db[Complete].Bind("@id", lease.TaskId.Value)
            .Bind("@token", lease.Token)
            .Bind("@now", context.NowMs)
            .Bind("@sequence", context.Counters.NextFinishSequence())
            .Run();
        context.Db[DeleteCheckpoint].Bind("@id", lease.TaskId.Value).Run();
        context.Db[DeleteFailureResult].Bind("@id", lease.TaskId.Value).Run();
        if (asked)
        {
            context.Approvals.WithdrawPending(lease.TaskId, "The task ended without it.");
        }

        Finished(context, lease, laneId, waiting, dedup, awaited);
        if (run is { } scheduled)
        {
            context.Schedules.RunEnded(scheduled, TaskOutcome.Succeeded, error: null);
        }

        return true;
    }

    private static void Finished(WriteContext context, Lease lease, long laneId, bool waiting, DedupScope? dedup, bool awaited)
    {
        var lane = context.Lanes.ById(laneId);
        context.Budgets.Reservations.Release(lease.TaskId, lane, lease.Token, AttemptCost.AsReported);
        var from = waiting ? CountedAs.Waiting : CountedAs.Running;
        context.Tasks.CountFinish(new TaskFinish(lease.TaskId, lane, from, dedup, awaited, TaskState.Done, TaskOutcome.Succeeded));
    }
}
