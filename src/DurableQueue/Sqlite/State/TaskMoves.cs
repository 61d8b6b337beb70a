using DurableQueue.Approvals;
using DurableQueue.Dependencies;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>The changes of state that several operations share; each keeps counters, lanes, keys and dependents right.</summary>
internal sealed class TaskMoves(WriteContext context)
{
    private const string FinishSql =
        """
        UPDATE task
        SET state = @state, outcome = @outcome, holds = 0, doomed = 0, waiting = 0, cancel_requested = 0, pending_dependencies = 0,
            lease_expires_at_ms = NULL, finished_at_ms = @now, finish_sequence = @sequence,
            error = coalesce(@error, error)
        WHERE id = @id
        """;

    private const string RequeueSql =
        """
        UPDATE task
        SET state = 0, holds = @holds, attempt = @attempt, not_before_at_ms = @notBefore, waiting = 0, cancel_requested = 0,
            lease_expires_at_ms = NULL, error = coalesce(@error, error)
        WHERE id = @id
        """;

    private const string ReviveSql =
        """
        UPDATE task
        SET state = 0, lane_id = @lane, holds = @holds, attempt = 0, outcome = 0, checkpointed = 0, failure_result = 0, asked = 0,
            pending_dependencies = @pending, doomed = 0, approval = @approval,
            started_at_ms = NULL, finished_at_ms = NULL, finish_sequence = NULL, worker_id = NULL, worker = NULL, error = NULL
        WHERE id = @id
        """;

    private const string SetHoldsSql = "UPDATE task SET holds = @holds, lane_id = @lane, not_before_at_ms = @notBefore WHERE id = @id";

    private const string SetPlaceSql = "UPDATE task SET rank = @rank, position = @position WHERE id = @id";

    private const string RequestCancelSql = "UPDATE task SET cancel_requested = 1, error = @error WHERE id = @id";

    private const string MarkAwaitedSql = "UPDATE task SET awaited = 1 WHERE id = @id AND awaited = 0";

    private const string SetDependenciesSql = "UPDATE task SET pending_dependencies = @pending, doomed = @doomed WHERE id = @id";

    private const string InsertAttempt =
        """
        INSERT INTO task_attempt (task_id, token, attempt, worker, started_at_ms, ended_at_ms, outcome, error)
        VALUES (@id, @token, @attempt, @worker, @started, @now, @outcome, @error)
        """;

    private const string FreeDedupKey = "DELETE FROM dedup WHERE task_id = @id";

    private const string SelectDedupHolder =
        "SELECT d.task_id FROM task_body b JOIN dedup d ON d.key = b.dedup_key WHERE b.id = @id";

    private const string TakeDedupKey =
        "INSERT INTO dedup (key, task_id) SELECT dedup_key, id FROM task_body WHERE id = @id ON CONFLICT (key) DO NOTHING";

    private const string SelectUnsettledEdges =
        """
        SELECT d.parent, d.condition, p.state
        FROM task_dependency d LEFT JOIN task p ON p.id = d.parent
        WHERE d.child = @child AND d.state <> 1
        """;

    private const string SetEdge = "UPDATE task_dependency SET state = @state WHERE parent = @parent AND child = @child";

    private const string SetFailureResultSql = "UPDATE task SET failure_result = @any WHERE id = @id AND failure_result <> @any";

    private const string InsertResult = "INSERT INTO task_result (id, result) VALUES (@id, @result)";

    private const string DeleteResult = "DELETE FROM task_result WHERE id = @id";

    private const string DeleteProgress = "DELETE FROM task_progress WHERE id = @id";

    private const string DeleteCheckpoint = "DELETE FROM task_checkpoint WHERE id = @id";

    /// <summary>Ends a task that is not finished, whatever it does at the moment.</summary>
    public void Finish(TaskRow row, TaskState state, TaskOutcome outcome, string? error, CascadeKind settling = CascadeKind.Dependents, string? reason = null)
    {
        var lane = context.Lanes.ById(row.LaneId);
        context.Db[FinishSql].Bind("@id", row.Id.Value)
            .Bind("@state", (long)state)
            .Bind("@outcome", (long)outcome)
            .Bind("@now", context.NowMs)
            .Bind("@sequence", context.Counters.NextFinishSequence())
            .Bind("@error", error)
            .Run();
        if (row.IsReady)
        {
            context.Lanes.RemoveReady(lane, row.Id.Value);
        }

        if (row.State == TaskState.Queued)
        {
            lane.Group.CountHolds(row.Holds, -1);
            if (row.Holds.HasFlag(TaskHolds.Budget))
            {
                context.Parked.Remove(row.Id);
            }
        }

        if (row.Asked || row.Approval == ApprovalState.Pending)
        {
            context.Approvals.WithdrawPending(row.Id, $"The task ended: {outcome}.");
        }

        AfterFinish(row.Id, lane, row.State, row.Waiting, row.Dedup, row.Awaited, state, outcome, settling, reason);
        if (row.ScheduleRun is { } run)
        {
            context.Schedules.RunEnded(run, outcome, error);
        }
    }

    /// <summary>What every finish does beside the task's row.</summary>
    public void AfterFinish(
        TaskId id, LaneState lane, TaskState from, bool waiting, DedupScope? dedup, bool awaited, TaskState state, TaskOutcome outcome,
        CascadeKind settling = CascadeKind.Dependents, string? reason = null)
    {
        var group = lane.Group;
        group.Count(from, waiting, -1);
        group.Count(state, false, +1);
        if (dedup is DedupScope.Active or DedupScope.UntilStarted)
        {
            FreeKey(id);
        }

        // Before the dependents are settled: those in the same group are then kept as doomed.
        if (group.PauseOnFailure && outcome is TaskOutcome.Failed or TaskOutcome.TimedOut or TaskOutcome.Abandoned)
        {
            group.SetPaused(true);
        }

        context.Effects.Finished = true;
        context.Effects.Events.Add(EventOf(state), group.Name, lane.Type, outcome);
        if (awaited)
        {
            context.Cascade.Add(settling, id.Value, reason);
        }
    }

    /// <summary>Ends the attempt of a checked-out task; the task waits for another one.</summary>
    public void Requeue(TaskRow row, int attempt, long? notBeforeMs, string? error, TaskHolds held = TaskHolds.None)
    {
        var delayed = notBeforeMs > context.NowMs;
        var holds = held | (delayed ? TaskHolds.NotBefore : TaskHolds.None);
        context.Db[RequeueSql].Bind("@id", row.Id.Value)
            .Bind("@holds", (long)holds)
            .Bind("@attempt", attempt)
            .Bind("@notBefore", delayed ? notBeforeMs : null)
            .Bind("@error", error)
            .Run();
        if (row.Dedup == DedupScope.UntilStarted)
        {
            TakeKey(row.Id);
        }

        var lane = context.Lanes.ById(row.LaneId);
        lane.Group.Count(TaskState.CheckedOut, row.Waiting, -1);
        lane.Group.Count(TaskState.Queued, false, +1);
        Queued(lane, row, holds, notBeforeMs);
    }

    /// <summary>Asks the worker of a checked-out task to stop, again if need be; the first reason stays.</summary>
    public void RequestCancel(TaskRow row, string? reason)
    {
        if (!row.CancelRequested)
        {
            context.Db[RequestCancelSql].Bind("@id", row.Id.Value).Bind("@error", reason ?? "Cancelled while it ran.").Run();

            // Whoever enqueues the same work now must not be given a task that will not do it.
            if (row.Dedup == DedupScope.Active)
            {
                FreeKey(row.Id);
            }
        }

        context.Effects.CancelRequested.Add(row.Id);
    }

    /// <summary>Keeps the record of an attempt that did not succeed.</summary>
    public void RecordAttempt(TaskRow row, TaskOutcome outcome, string error) =>
        context.Db[InsertAttempt].Bind("@id", row.Id.Value)
            .Bind("@token", row.Token)
            .Bind("@attempt", row.Attempt)
            .Bind("@worker", row.Worker ?? "")
            .Bind("@started", row.StartedAtMs ?? context.NowMs)
            .Bind("@now", context.NowMs)
            .Bind("@outcome", (long)outcome)
            .Bind("@error", error)
            .Run();

    /// <summary>Keeps what a failed attempt gave, in place of what the one before it gave; empty if it gave nothing.</summary>
    public void RecordFailureResult(TaskRow row, ReadOnlySpan<byte> result)
    {
        if (row.HasFailureResult)
        {
            context.Db[DeleteResult].Bind("@id", row.Id.Value).Run();
        }

        if (!result.IsEmpty)
        {
            context.Db[InsertResult].Bind("@id", row.Id.Value).Bind("@result", result).Run();
        }

        if (row.HasFailureResult || !result.IsEmpty)
        {
            context.Db[SetFailureResultSql].Bind("@id", row.Id.Value).Bind("@any", !result.IsEmpty).Run();
        }
    }

    /// <summary>Changes why a queued task waits, and in which lane.</summary>
    public void SetHolds(TaskRow row, TaskHolds holds, LaneState lane, long? notBeforeMs)
    {
        var old = context.Lanes.ById(row.LaneId);
        context.Db[SetHoldsSql].Bind("@id", row.Id.Value)
            .Bind("@holds", (long)holds)
            .Bind("@lane", lane.Id)
            .Bind("@notBefore", notBeforeMs)
            .Run();
        if (row.IsReady)
        {
            context.Lanes.RemoveReady(old, row.Id.Value);
        }

        if ((row.Holds & ~holds).HasFlag(TaskHolds.Budget))
        {
            context.Parked.Remove(row.Id);
        }

        old.Group.CountHolds(row.Holds, -1);
        if (old.Group != lane.Group)
        {
            old.Group.Count(TaskState.Queued, false, -1);
            lane.Group.Count(TaskState.Queued, false, +1);
        }

        Queued(lane, row, holds, notBeforeMs);
    }

    /// <summary>Gives a queued task another place in the order, and everything that repeats its place.</summary>
    public void SetPlace(TaskRow row, long rank, long position)
    {
        context.Db[SetPlaceSql].Bind("@id", row.Id.Value).Bind("@rank", rank).Bind("@position", position).Run();
        if (row.IsReady)
        {
            context.Lanes.Invalidate(context.Lanes.ById(row.LaneId));
        }
        else if (row.Holds.HasFlag(TaskHolds.Budget))
        {
            context.Parked.SetPlace(row.Id, rank, position);
        }
    }

    /// <summary>How the dependencies of a task stand now that do not count as satisfied; none is written.</summary>
    public List<(long Parent, DependencyState State)> UnsettledEdges(TaskId child)
    {
        var edges = new List<(long, DependencyState)>();
        var select = context.Db[SelectUnsettledEdges].Bind("@child", child.Value);
        while (select.Step())
        {
            // A parent that is gone can no longer end as asked.
            var state = select.IsNull(2)
                ? DependencyState.Broken
                : Edges.Resolve((DependencyCondition)select.Int(1), (TaskState)select.Int(2));
            edges.Add((select.Long(0), state));
        }

        return edges;
    }

    public void WriteEdge(long parent, long child, DependencyState state) =>
        context.Db[SetEdge].Bind("@parent", parent).Bind("@child", child).Bind("@state", (long)state).Run();

    /// <summary>
    /// Brings the dependencies of a queued task in line with the tasks it waits for: pending count, hold and doomed mark; fails it if one
    /// is broken and its group is not paused.
    /// </summary>
    public void SettleEdges(TaskRow row)
    {
        var edges = UnsettledEdges(row.Id);
        foreach (var (parent, state) in edges)
        {
            WriteEdge(parent, row.Id.Value, state);
        }

        var lane = context.Lanes.ById(row.LaneId);
        var broken = edges.FindIndex(edge => edge.State == DependencyState.Broken);
        if (broken >= 0 && !lane.Group.Paused)
        {
            Finish(row, TaskState.Failed, TaskOutcome.DependencyFailed, Cascade.DependencyError(edges[broken].Parent));
            return;
        }

        var pending = edges.Count(edge => edge.State == DependencyState.Waiting);
        context.Db[SetDependenciesSql].Bind("@id", row.Id.Value).Bind("@pending", pending).Bind("@doomed", broken >= 0).Run();
        var holds = pending > 0 || broken >= 0 ? row.Holds | TaskHolds.Dependencies : row.Holds & ~TaskHolds.Dependencies;
        SetHolds(row, holds, lane, row.NotBeforeMs);
    }

    /// <summary>Notes at a task that others wait for it.</summary>
    public void MarkAwaited(long id) => context.Db[MarkAwaitedSql].Bind("@id", id).Run();

    /// <summary>Enqueues with the key of the task make a new task from now on.</summary>
    public void FreeKey(TaskId id) => context.Db[FreeDedupKey].Bind("@id", id.Value).Run();

    /// <summary>Another task that holds the dedup key which a finished one cannot return without.</summary>
    public TaskId? OtherKeyHolder(TaskRow row)
    {
        if (row.Dedup is null or DedupScope.UntilStarted || context.Db[SelectDedupHolder].Bind("@id", row.Id.Value).Scalar() is not { } holder || holder == row.Id.Value)
        {
            return null;
        }

        return new TaskId(holder);
    }

    /// <summary>Queues a finished task again. None of its edges is broken, and it has no <see cref="OtherKeyHolder"/>.</summary>
    public void Revive(TaskRow row, List<(long Parent, DependencyState State)> edges, bool stashed = false)
    {
        foreach (var (parent, state) in edges)
        {
            WriteEdge(parent, row.Id.Value, state);
        }

        var pending = edges.Count(edge => edge.State == DependencyState.Waiting);
        var old = context.Lanes.ById(row.LaneId);
        var group = context.Groups.Ensure(old.Group.Name);
        var lane = context.Lanes.Ensure(group, old.Type, urgent: false);
        var approval = context.Approvals.Recheck(row, lane);
        var holds = (pending > 0 ? TaskHolds.Dependencies : TaskHolds.None)
            | (approval == ApprovalState.Pending ? TaskHolds.Approval : TaskHolds.None)
            | (stashed ? TaskHolds.Stashed : TaskHolds.None)
            | (row.NotBeforeMs > context.NowMs ? TaskHolds.NotBefore : TaskHolds.None);
        context.Db[ReviveSql].Bind("@id", row.Id.Value)
            .Bind("@lane", lane.Id)
            .Bind("@holds", (long)holds)
            .Bind("@pending", pending)
            .Bind("@approval", (long)approval)
            .Run();
        context.Db[DeleteResult].Bind("@id", row.Id.Value).Run();
        context.Db[DeleteProgress].Bind("@id", row.Id.Value).Run();
        context.Db[DeleteCheckpoint].Bind("@id", row.Id.Value).Run();
        if (row.Asked)
        {
            context.Approvals.BeginNewRun(row.Id);
        }

        if (row.Dedup is DedupScope.Active or DedupScope.UntilStarted)
        {
            TakeKey(row.Id);
        }

        if (row.ScheduleRun is { } run)
        {
            context.Schedules.RunReopened(run);
        }

        group.Count(row.State, false, -1);
        group.Count(TaskState.Queued, false, +1);
        context.Effects.Finished = true;
        context.Effects.Events.Add(TaskEventKind.Retried, group.Name, lane.Type);
        Queued(lane, row, holds, row.NotBeforeMs);
    }

    /// <summary>Notes for the metrics that something happened to the task.</summary>
    public void CountEvent(TaskRow row, TaskEventKind kind)
    {
        var lane = context.Lanes.ById(row.LaneId);
        context.Effects.Events.Add(kind, lane.Group.Name, lane.Type);
    }

    /// <summary>The task holds its key again, if no other task does.</summary>
    private void TakeKey(TaskId id) => context.Db[TakeDedupKey].Bind("@id", id.Value).Run();

    private static TaskEventKind EventOf(TaskState finished) => finished switch
    {
        TaskState.Done => TaskEventKind.Completed,
        TaskState.Failed => TaskEventKind.Failed,
        _ => TaskEventKind.Cancelled,
    };

    /// <summary>A task is queued with these holds: tells the counters, the lane and the clock.</summary>
    private void Queued(LaneState lane, TaskRow row, TaskHolds holds, long? notBeforeMs)
    {
        lane.Group.CountHolds(holds, +1);
        if (holds == TaskHolds.None)
        {
            context.Lanes.AddReady(lane, row.Id.Value, row.Rank, row.Position);
        }
        else if (holds.HasFlag(TaskHolds.NotBefore))
        {
            context.Deadlines.AddDue(notBeforeMs ?? throw SqliteErrors.Contradiction($"task {row.Id} waits for a time that it does not have"));
        }
    }
}
