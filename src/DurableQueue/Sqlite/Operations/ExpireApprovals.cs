using DurableQueue.Approvals;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Ends the requests that were not decided in time: they count as rejected.</summary>
internal static class ExpireApprovals
{
    /// <summary>The most requests in one transaction.</summary>
    public const int Most = 500;

    private const string SelectExpired =
        $"""
        SELECT id, task_id, in_run, expires_at_ms FROM task_approval INDEXED BY task_approval_expiry
        WHERE state = {RequestCode.Pending} AND expires_at_ms IS NOT NULL AND expires_at_ms <= @now ORDER BY expires_at_ms LIMIT @limit
        """;

    /// <returns>How many requests ended.</returns>
    public static int Run(WriteContext context)
    {
        if (context.Deadlines.NextApprovalMs > context.NowMs)
        {
            return 0;
        }

        var expired = new List<(ApprovalId Id, TaskId Task, bool InRun, long At)>();
        var select = context.Db[SelectExpired].Bind("@now", context.NowMs).Bind("@limit", Most);
        while (select.Step())
        {
            expired.Add((new ApprovalId(select.Long(0)), new TaskId(select.Long(1)), select.Bool(2), select.Long(3)));
        }

        foreach (var (id, task, inRun, at) in expired)
        {
            var why = $"The request expired at {Times.FromMs(at):yyyy-MM-dd HH:mm:ss}Z without a decision.";
            context.Approvals.TryDecide(id, ApprovalStatus.Expired, by: null, why);
            if (!inRun && TaskRow.Find(context.Db, task) is { State: TaskState.Queued, Approval: ApprovalState.Pending } row)
            {
                context.Approvals.SetTask(task, ApprovalState.Rejected);
                context.Tasks.Finish(row, TaskState.Failed, TaskOutcome.Rejected, $"Rejected: {why}");
            }
        }

        context.Deadlines.ForgetApproval();
        return expired.Count;
    }
}
