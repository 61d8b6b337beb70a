using DurableQueue.Approvals;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>The requests for approvals. Their rows are the audit trail: only a prune deletes any.</summary>
internal sealed class ApprovalRecords(WriteConnection db, WriteClock clock, ApprovalGates gates, Deadlines deadlines, BatchEffects effects)
{
    /// <summary>The key of each request before a run: a run has one.</summary>
    private const string BeforeRun = "#1";

    private const string Insert =
        """
        INSERT INTO task_approval (task_id, in_run, key, what, arguments, attempt, worker, task_type, task_group, task_label, gates, approvers, lifetime_ms,
                                   own, asked_at_ms, expires_at_ms)
        VALUES (@task, @inRun, @key, @what, @arguments, @attempt, @worker, @type, @group, @label, @gates, @approvers, @lifetime, @own, @now, @expires)
        RETURNING id
        """;

    private const string Decide =
        $"""
        UPDATE task_approval
        SET state = @state, decided_by = @by, note = @note, decided_at_ms = @now, arguments = coalesce(@arguments, arguments)
        WHERE id = @id AND state = {RequestCode.Pending}
        """;

    private const string Withdraw = $"UPDATE task_approval SET state = {RequestCode.Withdrawn}, note = @note, decided_at_ms = @now WHERE task_id = @task AND state = {RequestCode.Pending}";

    private const string WithdrawBeforeRun = $"{Withdraw} AND in_run = 0";

    private const string FollowSql = $"UPDATE task_approval SET task_group = @group, task_label = @label WHERE task_id = @task AND state = {RequestCode.Pending}";

    private const string MarkGone = "UPDATE task_approval SET task_gone = 1 WHERE task_id = @task";

    private const string MarkOutdated = "UPDATE task_approval SET outdated = 1 WHERE task_id = @task AND in_run = 1 AND outdated = 0";

    private const string SetState = "UPDATE task SET approval = @approval WHERE id = @id";

    private const string SelectMetadata = "SELECT metadata FROM task_body WHERE id = @id";

    private const string SelectPayload = "SELECT payload FROM task_body WHERE id = @id";

    private const string SelectLabel = "SELECT label FROM task WHERE id = @id";

    /// <summary>A new task needs an approval before it runs.</summary>
    public void AskBeforeRun(TaskId id, LaneState lane, string? label, ApprovalDemand demand) => Add(new NewRequest
    {
        Task = id,
        Key = BeforeRun,
        What = lane.Type,
        Lane = lane,
        Label = label,
        Demand = demand,
    });

    /// <summary>A task is queued again, moved or edited: finds out whether it needs an approval as it is now, and asks for it.</summary>
    /// <param name="row">The task as it was.</param>
    /// <param name="lane">The type and group that it has now.</param>
    /// <param name="isChanged">What was approved has changed.</param>
    /// <returns>How the task stands now; stored.</returns>
    public ApprovalState Recheck(TaskRow row, LaneState lane, bool isChanged = false)
    {
        var matching = gates.Matching(lane.Type, lane.Group.Name, gates.NeedMetadata ? ReadText(SelectMetadata, row.Id) : null, gates.NeedPayload ? ReadPayload(row.Id) : default);
        var last = row.Approval == ApprovalState.None ? null : ApprovalRow.LatestBeforeRun(db, row.Id);
        var (state, ask) = ApprovalRecheck.Of(row.Approval, last is null ? null : (last.Demand, last.Status), matching, isChanged);
        if (ask is not null)
        {
            // What its handler has asked for stays: the next attempt of the run continues to wait for it.
            WithdrawPending(WithdrawBeforeRun, row.Id, "The task needs another approval now.");
            AskBeforeRun(row.Id, lane, ReadText(SelectLabel, row.Id), ask);
            SetTask(row.Id, state);
        }

        return state;
    }

    /// <summary>A handler asks.</summary>
    public ApprovalId AskInRun(TaskRow row, LaneState lane, string key, string what, string arguments, ApprovalTerms terms) => Add(new NewRequest
    {
        Task = row.Id,
        InRun = true,
        Key = key,
        What = what,
        Arguments = arguments,
        Attempt = row.Attempt,
        Worker = row.Worker,
        Lane = lane,
        Label = ReadText(SelectLabel, row.Id),
        Demand = new ApprovalDemand([], terms, Own: null),
    });

    /// <summary>The task moved or has another label: a pending request shows it as it is now.</summary>
    public void Follow(TaskRow row, LaneState lane) =>
        db[FollowSql].Bind("@task", row.Id.Value).Bind("@group", lane.Group.Name).Bind("@label", ReadText(SelectLabel, row.Id)).Run();

    /// <summary>Ends a pending request.</summary>
    /// <returns>False if it is not pending.</returns>
    public bool TryDecide(ApprovalId id, ApprovalStatus status, string? by, string? note, string? arguments = null)
    {
        effects.Approvals = true;
        return db[Decide].Bind("@id", id.Value)
            .Bind("@state", (long)status)
            .Bind("@by", by)
            .Bind("@note", note)
            .Bind("@arguments", arguments)
            .Bind("@now", clock.NowMs)
            .Run() > 0;
    }

    /// <summary>The pending requests of a task no longer need a decision.</summary>
    public void WithdrawPending(TaskId task, string why) => WithdrawPending(Withdraw, task, why);

    /// <summary>The task is deleted; the records stay.</summary>
    public void TaskGone(TaskRow row)
    {
        WithdrawPending(row.Id, "The task was removed.");
        db[MarkGone].Bind("@task", row.Id.Value).Run();
    }

    /// <summary>A retry begins a new run: what was decided for the old one does not count for it.</summary>
    public void BeginNewRun(TaskId task) => db[MarkOutdated].Bind("@task", task.Value).Run();

    public void SetTask(TaskId task, ApprovalState state) => db[SetState].Bind("@id", task.Value).Bind("@approval", (long)state).Run();

    private void WithdrawPending(string sql, TaskId task, string why)
    {
        if (db[sql].Bind("@task", task.Value).Bind("@note", why).Bind("@now", clock.NowMs).Run() > 0)
        {
            effects.Approvals = true;
        }
    }

    private ApprovalId Add(NewRequest request)
    {
        var (asking, terms, own) = request.Demand;
        var lifetime = terms.ExpiresAfter is { } span ? Times.ToMs(span) : default(long?);
        var insert = db[Insert].Bind("@task", request.Task.Value)
            .Bind("@inRun", request.InRun)
            .Bind("@key", request.Key)
            .Bind("@what", request.What)
            .Bind("@arguments", request.Arguments)
            .Bind("@attempt", request.Attempt)
            .Bind("@worker", request.Worker)
            .Bind("@type", request.Lane.Type)
            .Bind("@group", request.Lane.Group.Name)
            .Bind("@label", request.Label)
            .Bind("@gates", StoredJson.WriteNames(asking))
            .Bind("@approvers", terms.Approvers is { } approvers ? StoredJson.WriteNames(approvers) : null)
            .Bind("@lifetime", lifetime)
            .Bind("@own", own is null ? null : StoredJson.WriteTerms(own))
            .Bind("@now", clock.NowMs)
            .Bind("@expires", clock.NowMs + lifetime);
        insert.Step();
        var id = new ApprovalId(insert.Long(0));
        insert.Run();
        if (lifetime is not null)
        {
            deadlines.AddApproval(clock.NowMs + lifetime.Value);
        }

        effects.Approvals = true;
        return id;
    }

    private byte[] ReadPayload(TaskId id)
    {
        var select = db[SelectPayload].Bind("@id", id.Value);
        if (!select.Step())
        {
            return [];
        }

        var payload = select.Blob(0);
        select.Reset();
        return payload;
    }

    private string? ReadText(string sql, TaskId id)
    {
        var select = db[sql].Bind("@id", id.Value);
        if (!select.Step())
        {
            return null;
        }

        var text = select.NullableText(0);
        select.Reset();
        return text;
    }

    private sealed record NewRequest
    {
        public required TaskId Task { get; init; }

        public bool InRun { get; init; }

        public required string Key { get; init; }

        public required string What { get; init; }

        public string Arguments { get; init; } = "";

        public int Attempt { get; init; }

        public string? Worker { get; init; }

        public required LaneState Lane { get; init; }

        public string? Label { get; init; }

        public required ApprovalDemand Demand { get; init; }
    }
}
