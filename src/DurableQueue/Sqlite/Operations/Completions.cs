using DurableQueue.Groups;

namespace DurableQueue.Sqlite.Operations;

/// <summary>
/// Ends tasks with success. Tasks that were claimed together have ids in a row, and often end together: one statement ends them all, which takes less than
/// two thirds of the work of one for each.
/// </summary>
internal static class Completions
{
    /// <summary>How many are given at once.</summary>
    public const int Most = 64;

    // The usual end: nothing waits for the task, and nothing has to be cleared beside its row. If that is so, one statement is all.
    // OR FAIL: a statement of several rows that may abort keeps copies of the pages that it changes. An error ends the transaction anyway.
    private const string CompleteRun =
        $"""
        UPDATE OR FAIL task
        SET state = {TaskStateCode.Done}, outcome = {OutcomeCode.Succeeded}, lease_expires_at_ms = NULL, finished_at_ms = @now,
            finish_sequence = @sequence + (id - @first)
        WHERE id BETWEEN @first AND @last AND token = @token AND state = {TaskStateCode.CheckedOut} AND lane_id = @lane
          AND waiting = 0 AND cancel_requested = 0 AND dedup = {DedupCode.NoKey} AND awaited = 0 AND checkpointed = 0 AND failure_result = 0
          AND asked = 0 AND schedule_run IS NULL AND adopted = 0
        """;

    // Where fewer rows were changed than there are in the run. RETURNING would give them too, but would more than double the cost of every run.
    private const string SelectCompleted =
        $"""
        SELECT id FROM task
        WHERE id BETWEEN @first AND @last AND state = {TaskStateCode.Done} AND finish_sequence = @sequence + (id - @first)
        """;

    private const string Renumber = "UPDATE task SET finish_sequence = @sequence WHERE id = @id";

    private const string SelectLeased =
        $"SELECT lane_id, waiting, dedup, awaited, asked, schedule_run FROM task WHERE id = @id AND token = @token AND state = {TaskStateCode.CheckedOut}";

    private const string Complete =
        $"""
        UPDATE task
        SET state = {TaskStateCode.Done}, outcome = {OutcomeCode.Succeeded}, waiting = 0, cancel_requested = 0, checkpointed = 0, failure_result = 0, lease_expires_at_ms = NULL, adopted = 0, attempt_token = NULL,
            slot = NULL, finished_at_ms = @now, finish_sequence = @sequence, error = CASE cancel_requested WHEN 1 THEN NULL ELSE error END
        WHERE id = @id AND token = @token AND state = {TaskStateCode.CheckedOut}
        """;

    private const string DeleteCheckpoint = "DELETE FROM task_checkpoint WHERE id = @id";

    private const string DeleteFailureResult = "DELETE FROM task_result WHERE id = @id";

    private const string InsertResult = "INSERT INTO task_result (id, result) VALUES (@id, @result)";

    /// <summary>Ends the tasks in their order.</summary>
    /// <param name="context">In whose transaction.</param>
    /// <param name="leases">At most <see cref="Most"/>.</param>
    /// <param name="kept">Set to whether each lease still held; where it did not, nothing changes.</param>
    /// <param name="eachIsACall">Each task is completed by a call of its own, whose cascade may do as much as that of any other call.</param>
    public static void Run(WriteContext context, ReadOnlySpan<Lease> leases, Span<bool> kept, bool eachIsACall)
    {
        kept.Clear();
        for (var (from, length) = (0, 0); from < leases.Length; from += length)
        {
            if (context.Leased.TryTake(leases[from].TaskId, out var lane))
            {
                length = 1 + CountFollowing(context, leases[from..], lane);
                RunTogether(context, leases.Slice(from, length), lane, kept.Slice(from, length), eachIsACall);
            }
            else
            {
                length = 1;
                kept[from] = RunAny(context, leases[from], eachIsACall);
            }
        }
    }

    public static void SaveResult(WriteContext context, Lease lease, ReadOnlySpan<byte> result)
    {
        if (!result.IsEmpty)
        {
            context.Db[InsertResult].Bind("@id", lease.TaskId.Value).Bind("@result", result).Run();
        }
    }

    /// <summary>How many continue the run that the first one begins: the next ids in the same lane, each with an equal token.</summary>
    private static int CountFollowing(WriteContext context, ReadOnlySpan<Lease> leases, long lane)
    {
        var count = 1;
        while (count < leases.Length
            && leases[count].TaskId.Value == leases[0].TaskId.Value + count
            && leases[count].Token == leases[0].Token
            && context.Leased.TryTakeFrom(lane, leases[count].TaskId))
        {
            count++;
        }

        return count - 1;
    }

    /// <summary>Ends those of the run that end as usual by one statement, and the others one by one.</summary>
    private static void RunTogether(WriteContext context, ReadOnlySpan<Lease> run, long lane, Span<bool> kept, bool eachIsACall)
    {
        var first = context.Counters.ComingFinishSequence();
        MarkPlain(context, run, lane, first, kept);
        for (var i = 0; i < run.Length; i++)
        {
            if (!kept[i])
            {
                kept[i] = RunAny(context, run[i], eachIsACall);
                continue;
            }

            var sequence = context.Counters.NextFinishSequence();
            if (sequence != first + i)
            {
                // A lost lease before it has left its number, or a cascade has ended other tasks.
                context.Db[Renumber].Bind("@id", run[i].TaskId.Value).Bind("@sequence", sequence).Run();
            }

            Finished(context, run[i], lane, waiting: false, dedup: null, awaited: false);
        }
    }

    /// <summary>Ends the tasks that end as usual, and sets which they are.</summary>
    private static void MarkPlain(WriteContext context, ReadOnlySpan<Lease> run, long lane, long sequence, Span<bool> completed)
    {
        var (first, last) = (run[0].TaskId.Value, run[^1].TaskId.Value);
        var count = context.Db[CompleteRun].Bind("@first", first)
            .Bind("@last", last)
            .Bind("@token", run[0].Token)
            .Bind("@lane", lane)
            .Bind("@now", context.NowMs)
            .Bind("@sequence", sequence)
            .Run();
        completed.Fill(count == run.Length);
        if (count > 0 && count < run.Length)
        {
            var select = context.Db[SelectCompleted].Bind("@first", first).Bind("@last", last).Bind("@sequence", sequence);
            while (select.Step())
            {
                completed[(int)(select.Long(0) - first)] = true;
            }
        }
    }

    private static bool RunAny(WriteContext context, Lease lease, bool eachIsACall)
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

        if (eachIsACall)
        {
            context.Cascade.RunAfterOperation();
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
