namespace DurableQueue.Sqlite.Operations;

/// <summary>Stores a request of a running attempt, or returns an equal one that the same run stored before.</summary>
internal sealed class RequestApproval(Lease lease, string key, string what, string arguments, ApprovalTerms terms) : WriteOperation<ApprovalId?>
{
    private const string SelectEqual =
        """
        SELECT id FROM task_approval INDEXED BY task_approval_of
        WHERE task_id = @task AND in_run = 1 AND outdated = 0 AND key = @key AND what = @what AND arguments = @arguments
        """;

    private const string MarkAsked = "UPDATE task SET asked = 1 WHERE id = @id";

    protected override ApprovalId? Execute(WriteContext context)
    {
        if (TaskRow.FindLeased(context.Db, lease) is not { } row)
        {
            return null;
        }

        if (row.Asked && Equal(context) is { } known)
        {
            return new ApprovalId(known);
        }

        if (!row.Asked)
        {
            context.Db[MarkAsked].Bind("@id", row.Id.Value).Run();
        }

        return context.Approvals.AskInRun(row, context.Lanes.ById(row.LaneId), key, what, arguments, terms);
    }

    private long? Equal(WriteContext context) =>
        context.Db[SelectEqual].Bind("@task", lease.TaskId.Value)
            .Bind("@key", key)
            .Bind("@what", what)
            .Bind("@arguments", arguments)
            .Scalar();
}
