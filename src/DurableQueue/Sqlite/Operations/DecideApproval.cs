using DurableQueue.Lifecycle;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Approves or rejects a queued task that waits for it, and keeps who decided.</summary>
internal sealed class DecideApproval(TaskId id, bool approve, string by, string? note) : WriteOperation<bool>
{
    private const string SetApproval = "UPDATE task SET approval = @approval WHERE id = @id";

    private const string InsertDecision =
        """
        INSERT INTO task_approval (task_id, approved, decided_by, note, decided_at_ms)
        VALUES (@id, @approved, @by, @note, @now)
        """;

    protected override bool Execute(WriteSession session)
    {
        var row = TaskRow.Require(session.Db, id);
        Transitions.Require(id, row.State, approve ? TaskTrigger.Approve : TaskTrigger.Reject);
        if (row.Approval != ApprovalState.Pending)
        {
            throw new TaskStateException(id, row.State, $"Task {id} is {row.State}, and no approval of it is pending.");
        }

        session.Db[SetApproval].Bind("@id", id.Value).Bind("@approval", (long)(approve ? ApprovalState.Approved : ApprovalState.Rejected)).Run();
        session.Db[InsertDecision].Bind("@id", id.Value)
            .Bind("@approved", approve)
            .Bind("@by", by)
            .Bind("@note", note)
            .Bind("@now", session.NowMs)
            .Run();
        if (approve)
        {
            session.Tasks.SetHolds(row, row.Holds & ~TaskHolds.Approval, session.Lanes.ById(row.LaneId), row.NotBeforeMs);
        }
        else
        {
            session.Tasks.Finish(row, TaskState.Failed, TaskOutcome.Rejected, $"Rejected by {by}: {note}");
        }

        return true;
    }
}
