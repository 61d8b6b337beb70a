using DurableQueue.Approvals;
using DurableQueue.Dependencies;
using DurableQueue.Groups;
using DurableQueue.Lifecycle;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>The changes of state that several operations share; each keeps counters, lanes, keys and dependents in line with the task.</summary>
internal sealed class TaskMoves(TransactionState rows, TaskRecords records, CascadeWork work)
{
    private const string FinishSql =
        $"""
        UPDATE task
        SET state = @state, outcome = @outcome, holds = {HoldCode.None}, doomed = 0, waiting = 0, cancel_requested = 0, pending_dependencies = 0,
            lease_expires_at_ms = NULL, adopted = 0, attempt_token = NULL, slot = NULL, finished_at_ms = @now, finish_sequence = @sequence,
            error = coalesce(@error, error)
        WHERE id = @id
        """;

    private const string RequeueSql =
        $"""
        UPDATE task
        SET state = {TaskStateCode.Queued}, holds = @holds, attempt = @attempt, not_before_at_ms = @notBefore, waiting = 0, cancel_requested = 0,
            lease_expires_at_ms = NULL, adopted = 0, attempt_token = NULL, slot = NULL, error = coalesce(@error, error)
        WHERE id = @id
        """;

    private const string ReviveSql =
        $"""
        UPDATE task
        SET state = {TaskStateCode.Queued}, lane_id = @lane, holds = @holds, attempt = 0, outcome = {OutcomeCode.None}, checkpointed = 0, failure_result = 0, asked = 0,
            pending_dependencies = @pending, doomed = 0, approval = @approval, attempt_token = NULL, slot = NULL,
            started_at_ms = NULL, finished_at_ms = NULL, finish_sequence = NULL, worker_id = NULL, worker = NULL, error = NULL
        WHERE id = @id
        """;

    private const string SetHoldsSql = "UPDATE task SET holds = @holds, lane_id = @lane, not_before_at_ms = @notBefore WHERE id = @id";

    private const string SetPlaceSql = "UPDATE task SET rank = @rank, position = @position WHERE id = @id";

    private const string RequestCancelSql = "UPDATE task SET cancel_requested = 1, error = @error WHERE id = @id";

    private const string SetDependenciesSql = "UPDATE task SET pending_dependencies = @pending, doomed = @doomed WHERE id = @id";

    /// <summary>Ends a task that is not finished, whatever it does at the moment.</summary>
    /// <param name="row">The task.</param>
    /// <param name="state">The finished state.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="error">Why; <see langword="null"/> leaves the error that is stored.</param>
    /// <param name="followUp">What is to be done for those that depend on it.</param>
    /// <param name="reason">The reason of a cancelled tree.</param>
    public void Finish(
        TaskRow row, TaskState state, TaskOutcome outcome, string? error, CascadeKind followUp = CascadeKind.Dependents, string? reason = null)
    {
        var lane = rows.Lanes.ById(row.LaneId);
        rows.Db[FinishSql].Bind("@id", row.Id.Value)
            .Bind("@state", (long)state)
            .Bind("@outcome", (long)outcome)
            .Bind("@now", rows.Clock.NowMs)
            .Bind("@sequence", rows.Counters.NextFinishSequence())
            .Bind("@error", error)
            .Run();
        if (row.IsReady)
        {
            rows.Lanes.RemoveReady(lane, row.Id.Value);
        }

        if (row.State == TaskState.Queued && row.Holds.HasFlag(TaskHolds.Budget))
        {
            records.Parked.Remove(row.Id);
        }

        if (row.Asked || row.Approval == ApprovalState.Pending)
        {
            records.Approvals.WithdrawPending(row.Id, $"The task ended: {outcome}.");
        }

        if (state == TaskState.Cancelled)
        {
            VoidedNotifications.Of(rows.Db, row.Id);
        }

        CountFinish(new TaskFinish(row.Id, lane, row.CountedAs, row.Dedup, row.Awaited, state, outcome), followUp, reason);
        if (row.ScheduleRun is { } run)
        {
            records.Schedules.RunEnded(run, outcome, error);
        }
    }

    /// <summary>What every finish does beside the task's row. The work that it leaves for other tasks is listed, and done at the end of the operation.</summary>
    public void CountFinish(in TaskFinish finish, CascadeKind followUp = CascadeKind.Dependents, string? reason = null)
    {
        var group = finish.Lane.Group;
        var to = CountedAs.Of(finish.State, waiting: false, TaskHolds.None);
        group.Move(finish.From, to);
        rows.Blocks.Move(finish.Id, finish.From, to);
        if (finish.Dedup is DedupScope.Active or DedupScope.UntilStarted)
        {
            records.Keys.Free(finish.Id);
        }

        // Before the dependents fail: those in the same group are then kept as doomed.
        if (group.PauseOnFailure && finish.Outcome is TaskOutcome.Failed or TaskOutcome.TimedOut or TaskOutcome.Abandoned)
        {
            group.SetPaused(true);
        }

        rows.Effects.Finished = true;
        rows.Effects.Events.Add(EventOf(finish.State), group.Name, finish.Lane.Type, finish.Outcome);
        if (finish.Awaited)
        {
            work.Add(followUp, finish.Id.Value, reason);
        }
    }

    /// <summary>Ends the attempt of a checked-out task; the task waits for another one.</summary>
    public void Requeue(TaskRow row, int attempt, long? notBeforeMs, string? error, TaskHolds held = TaskHolds.None)
    {
        var isDelayed = Holds.IsDelayed(notBeforeMs, rows.Clock.NowMs);
        var holds = held.With(TaskHolds.NotBefore, isDelayed);
        rows.Db[RequeueSql].Bind("@id", row.Id.Value)
            .Bind("@holds", (long)holds)
            .Bind("@attempt", attempt)
            .Bind("@notBefore", isDelayed ? notBeforeMs : null)
            .Bind("@error", error)
            .Run();
        if (row.Dedup == DedupScope.UntilStarted)
        {
            records.Keys.Take(row.Id);
        }

        var lane = rows.Lanes.ById(row.LaneId);
        lane.Group.Move(row.CountedAs, CountedAs.Queued(holds));
        rows.Blocks.Move(row.Id, row.CountedAs, CountedAs.Queued(holds));
        Enter(lane, row, holds, notBeforeMs);
    }

    /// <summary>Asks the worker of a checked-out task to stop, again if need be; the first reason stays.</summary>
    public void RequestCancel(TaskRow row, string? reason)
    {
        if (!row.CancelRequested)
        {
            rows.Db[RequestCancelSql].Bind("@id", row.Id.Value).Bind("@error", reason ?? "Cancelled while it ran.").Run();
            VoidedNotifications.Of(rows.Db, row.Id);

            // An enqueue of the same work must not be given a task that will not do it.
            if (row.Dedup == DedupScope.Active)
            {
                records.Keys.Free(row.Id);
            }
        }

        rows.Effects.CancelRequested.Add(row.Id);
    }

    /// <summary>Changes why a queued task waits, and in which lane.</summary>
    public void SetHolds(TaskRow row, TaskHolds holds, LaneState lane, long? notBeforeMs)
    {
        var old = rows.Lanes.ById(row.LaneId);
        rows.Db[SetHoldsSql].Bind("@id", row.Id.Value)
            .Bind("@holds", (long)holds)
            .Bind("@lane", lane.Id)
            .Bind("@notBefore", notBeforeMs)
            .Run();
        if (row.IsReady)
        {
            rows.Lanes.RemoveReady(old, row.Id.Value);
        }

        if ((row.Holds & ~holds).HasFlag(TaskHolds.Budget))
        {
            records.Parked.Remove(row.Id);
        }

        if (old.Group == lane.Group)
        {
            lane.Group.Move(row.CountedAs, CountedAs.Queued(holds));
        }
        else
        {
            old.Group.Move(row.CountedAs, CountedAs.Nothing);
            lane.Group.Move(CountedAs.Nothing, CountedAs.Queued(holds));
        }

        Enter(lane, row, holds, notBeforeMs);
    }

    /// <summary>Gives a queued task another place in the order, and everything that repeats its place.</summary>
    public void SetPlace(TaskRow row, long rank, long position)
    {
        rows.Db[SetPlaceSql].Bind("@id", row.Id.Value).Bind("@rank", rank).Bind("@position", position).Run();
        if (row.IsReady)
        {
            rows.Lanes.Invalidate(rows.Lanes.ById(row.LaneId));
        }
        else if (row.Holds.HasFlag(TaskHolds.Budget))
        {
            records.Parked.SetPlace(row.Id, rank, position);
        }
    }

    /// <summary>
    /// Brings the dependencies of a queued task in line with the tasks it waits for: pending count, hold and doomed mark; fails it if one
    /// is broken and its group is not paused.
    /// </summary>
    public void DecideDependencies(TaskRow row)
    {
        var edges = records.Edges.ReadUnsatisfied(row.Id);
        records.Edges.Write(row.Id, edges);
        var tally = DependencyEdges.Tally(edges);
        var lane = rows.Lanes.ById(row.LaneId);
        if (CascadeRules.StepFor(tally, lane.Group.Paused) == CascadeStep.Fail)
        {
            FailDependent(row, tally.Broken!.Value);
            return;
        }

        rows.Db[SetDependenciesSql].Bind("@id", row.Id.Value).Bind("@pending", tally.Pending).Bind("@doomed", tally.Broken is not null).Run();
        SetHolds(row, row.Holds.With(TaskHolds.Dependencies, tally.Holds), lane, row.NotBeforeMs);
    }

    /// <summary>Fails a queued task because a task that it depends on did not end as required.</summary>
    public void FailDependent(TaskRow row, long parent) => Finish(
        row, TaskState.Failed, TaskOutcome.DependencyFailed, $"Task {parent}, which this task depends on, didn't end as required.");

    /// <summary>Queues a finished task again. None of its dependencies is broken, and no other task holds its dedup key.</summary>
    public void Revive(TaskRow row, List<(long Parent, DependencyState State)> edges, bool stashed = false)
    {
        records.Edges.Write(row.Id, edges);
        var tally = DependencyEdges.Tally(edges);
        var old = rows.Lanes.ById(row.LaneId);
        var group = rows.Groups.Ensure(old.Group.Name);
        var lane = rows.Lanes.Ensure(group, old.Type, urgent: false);
        var approval = records.Approvals.Recheck(row, lane);
        var holds = Holds.At(rows.Clock.NowMs, new HoldReasons(tally.Holds, row.NotBeforeMs, stashed, approval == ApprovalState.Pending));
        rows.Db[ReviveSql].Bind("@id", row.Id.Value)
            .Bind("@lane", lane.Id)
            .Bind("@holds", (long)holds)
            .Bind("@pending", tally.Pending)
            .Bind("@approval", (long)approval)
            .Run();
        records.Attempts.DeleteRun(row.Id);
        if (row.Asked)
        {
            records.Approvals.BeginNewRun(row.Id);
        }

        if (row.Dedup is DedupScope.Active or DedupScope.UntilStarted)
        {
            records.Keys.Take(row.Id);
        }

        if (row.ScheduleRun is { } run)
        {
            records.Schedules.RunReopened(run);
        }

        group.Move(row.CountedAs, CountedAs.Queued(holds));
        rows.Blocks.Move(row.Id, row.CountedAs, CountedAs.Queued(holds));
        rows.Effects.Finished = true;
        rows.Effects.Events.Add(TaskEventKind.Retried, group.Name, lane.Type);
        Enter(lane, row, holds, row.NotBeforeMs);
    }

    /// <summary>Notes for the metrics that something happened to the task.</summary>
    public void CountEvent(TaskRow row, TaskEventKind kind)
    {
        var lane = rows.Lanes.ById(row.LaneId);
        rows.Effects.Events.Add(kind, lane.Group.Name, lane.Type);
    }

    private static TaskEventKind EventOf(TaskState finished) => finished switch
    {
        TaskState.Done => TaskEventKind.Completed,
        TaskState.Failed => TaskEventKind.Failed,
        _ => TaskEventKind.Cancelled,
    };

    /// <summary>A task is queued with these holds: into its lane if it is ready, and to the deadlines if a time holds it.</summary>
    private void Enter(LaneState lane, TaskRow row, TaskHolds holds, long? notBeforeMs)
    {
        if (holds == TaskHolds.None)
        {
            rows.Lanes.AddReady(lane, row.Id.Value, row.Rank, row.Position);
        }
        else if (holds.HasFlag(TaskHolds.NotBefore))
        {
            rows.Deadlines.AddDue(notBeforeMs ?? throw SqliteErrors.Contradiction($"task {row.Id} waits for a time that it does not have"));
        }
    }
}
