using DurableQueue.Approvals;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>Requests for approvals as several operations change them. Their rows are the audit trail: none is deleted but by a prune.</summary>
internal sealed class ApprovalRecords(WriteConnection db, WriteClock clock, ApprovalGates gates, Deadlines deadlines, BatchEffects effects)
{
    private const string Insert =
        """
        INSERT INTO task_approval (task_id, in_run, key, what, arguments, attempt, worker, task_type, task_group, task_label, gates, approvers, lifetime_ms,
                                   own, asked_at_ms, expires_at_ms)
        VALUES (@task, @inRun, @key, @what, @arguments, @attempt, @worker, @type, @group, @label, @gates, @approvers, @lifetime, @own, @now, @expires)
        RETURNING id
        """;

    private const string Decide =
        """
        UPDATE task_approval
        SET state = @state, decided_by = @by, note = @note, decided_at_ms = @now, arguments = coalesce(@arguments, arguments)
        WHERE id = @id AND state = 0
        """;

    private const string Withdraw = "UPDATE task_approval SET state = 4, note = @note, decided_at_ms = @now WHERE task_id = @task AND state = 0";

    private const string WithdrawBeforeRun = $"{Withdraw} AND in_run = 0";

    private const string FollowSql = "UPDATE task_approval SET task_group = @group, task_label = @label WHERE task_id = @task AND state = 0";

    private const string MarkGone = "UPDATE task_approval SET task_gone = 1 WHERE task_id = @task";

    private const string MarkOutdated = "UPDATE task_approval SET outdated = 1 WHERE task_id = @task AND in_run = 1 AND outdated = 0";

    private const string SetState = "UPDATE task SET approval = @approval WHERE id = @id";

    private const string SelectMetadata = "SELECT metadata FROM task_body WHERE id = @id";

    private const string SelectLabel = "SELECT label FROM task WHERE id = @id";

    /// <summary>A new task needs an approval before it runs.</summary>
    /// <param name="id">The task.</param>
    /// <param name="lane">Its type and group.</param>
    /// <param name="label">Its label.</param>
    /// <param name="own">What the task itself asks for; <see langword="null"/> if only gates do.</param>
    /// <param name="gates">The gates that are about it.</param>
    public void AskBeforeRun(TaskId id, LaneState lane, string? label, ApprovalTerms? own, IReadOnlyList<ApprovalGate> gates) =>
        AskBeforeRun(id, lane, label, own, [.. gates.Select(gate => gate.Name)], GateRules.Merge(own is null ? gates : gates.Prepend(own)));

    /// <summary>
    /// A task comes into the queue again, moves, or changes: finds out whether it needs an approval as it is now, and asks for it. What was approved
    /// stays so if every gate that is about the task has asked for that approval.
    /// </summary>
    /// <param name="row">The task as it was.</param>
    /// <param name="lane">The type and group that it has now.</param>
    /// <param name="anew">What was approved has changed.</param>
    /// <returns>How its approval stands now; stored.</returns>
    public ApprovalState Recheck(TaskRow row, LaneState lane, bool anew = false)
    {
        var matching = gates.Matching(lane.Type, lane.Group.Name, () => ReadText(SelectMetadata, row.Id));
        if (row.Approval == ApprovalState.None && matching.Count == 0)
        {
            return ApprovalState.None;
        }

        var last = row.Approval == ApprovalState.None ? null : ApprovalRow.LatestBeforeRun(db, row.Id);
        var covered = last is not null && matching.All(gate => last.Gates.Contains(gate.Name, StringComparer.Ordinal));
        if (covered && (row.Approval == ApprovalState.Approved ? !anew : last!.Status == ApprovalStatus.Pending))
        {
            return row.Approval;
        }

        // What its handler has asked for stays: the next attempt of the run goes on waiting for it.
        WithdrawPending(WithdrawBeforeRun, row.Id, "The task needs another approval now.");
        var terms = last is not null && last.Own is null && matching.Count == 0 ? last.Terms : GateRules.Merge(last?.Own is { } own ? matching.Prepend(own) : matching);
        AskBeforeRun(row.Id, lane, ReadText(SelectLabel, row.Id), last?.Own, [.. matching.Select(gate => gate.Name)], terms);
        SetTask(row.Id, ApprovalState.Pending);
        return ApprovalState.Pending;
    }

    /// <summary>A handler asks.</summary>
    public ApprovalId AskInRun(TaskRow row, LaneState lane, string key, string what, string arguments, ApprovalTerms terms) =>
        Add(row.Id, inRun: true, key, what, arguments, row.Attempt, row.Worker, lane, ReadText(SelectLabel, row.Id), [], terms, own: null);

    /// <summary>The task moved or has another label: those who are to decide see it as it is.</summary>
    public void Follow(TaskRow row, LaneState lane) =>
        db[FollowSql].Bind("@task", row.Id.Value).Bind("@group", lane.Group.Name).Bind("@label", ReadText(SelectLabel, row.Id)).Run();

    /// <summary>Ends the waiting of one request.</summary>
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

    /// <summary>What the task waits for needs no decision any more.</summary>
    public void WithdrawPending(TaskId task, string why) => WithdrawPending(Withdraw, task, why);

    /// <summary>The task is deleted; the records stay.</summary>
    public void TaskGone(TaskRow row)
    {
        WithdrawPending(row.Id, "The task was removed.");
        db[MarkGone].Bind("@task", row.Id.Value).Run();
    }

    /// <summary>A retry in place begins a new run: what was decided inside the old one is not for this one.</summary>
    public void BeginNewRun(TaskId task) => db[MarkOutdated].Bind("@task", task.Value).Run();

    public void SetTask(TaskId task, ApprovalState state) => db[SetState].Bind("@id", task.Value).Bind("@approval", (long)state).Run();

    private void WithdrawPending(string sql, TaskId task, string why)
    {
        if (db[sql].Bind("@task", task.Value).Bind("@note", why).Bind("@now", clock.NowMs).Run() > 0)
        {
            effects.Approvals = true;
        }
    }

    private void AskBeforeRun(TaskId id, LaneState lane, string? label, ApprovalTerms? own, IReadOnlyList<string> gates, ApprovalTerms terms) =>
        Add(id, inRun: false, key: "#1", lane.Type, arguments: "", attempt: 0, worker: null, lane, label, gates, terms, own);

    private ApprovalId Add(
        TaskId task, bool inRun, string key, string what, string arguments, int attempt, string? worker, LaneState lane, string? label,
        IReadOnlyList<string> gates, ApprovalTerms terms, ApprovalTerms? own)
    {
        var lifetime = terms.ExpiresAfter is { } span ? Times.ToMs(span) : default(long?);
        var insert = db[Insert].Bind("@task", task.Value)
            .Bind("@inRun", inRun)
            .Bind("@key", key)
            .Bind("@what", what)
            .Bind("@arguments", arguments)
            .Bind("@attempt", attempt)
            .Bind("@worker", worker)
            .Bind("@type", lane.Type)
            .Bind("@group", lane.Group.Name)
            .Bind("@label", label)
            .Bind("@gates", StoredJson.WriteNames(gates))
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
}
