using DurableQueue.Approvals;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>What an operation needs to know of a request before it is decided, or asked again.</summary>
internal sealed class ApprovalRow
{
    private const string SelectById =
        "SELECT id, task_id, in_run, state, gates, approvers, lifetime_ms, expires_at_ms, own FROM task_approval WHERE id = @id";

    private const string SelectLatestBeforeRun =
        """
        SELECT id, task_id, in_run, state, gates, approvers, lifetime_ms, expires_at_ms, own FROM task_approval INDEXED BY task_approval_of
        WHERE task_id = @task AND in_run = 0 ORDER BY id DESC LIMIT 1
        """;

    private ApprovalRow(Statement row)
    {
        Id = new ApprovalId(row.Long(0));
        TaskId = new TaskId(row.Long(1));
        InRun = row.Bool(2);
        Status = (ApprovalStatus)row.Int(3);
        var terms = new ApprovalTerms
        {
            Approvers = row.NullableText(5) is { } names ? StoredJson.ReadNames(names) : null,
            ExpiresAfter = row.NullableLong(6) is { } lifetime ? Times.SpanFromMs(lifetime) : null,
        };
        ExpiresAt = Times.FromMs(row.NullableLong(7));
        Demand = new ApprovalDemand(StoredJson.ReadNames(row.Text(4)), terms, StoredJson.ReadTerms(row.NullableText(8)));
    }

    public ApprovalId Id { get; }

    public TaskId TaskId { get; }

    public bool InRun { get; }

    public ApprovalStatus Status { get; }

    public ApprovalDemand Demand { get; }

    public DateTimeOffset? ExpiresAt { get; }

    public ApprovalDecision Decision => new(Id, Status, Demand.Terms.Approvers, ExpiresAt);

    public static ApprovalRow? Find(WriteConnection db, ApprovalId id) => Read(db[SelectById].Bind("@id", id.Value));

    /// <summary>The latest request before a run of a task, decided or not.</summary>
    public static ApprovalRow? LatestBeforeRun(WriteConnection db, TaskId task) => Read(db[SelectLatestBeforeRun].Bind("@task", task.Value));

    private static ApprovalRow? Read(Statement select)
    {
        if (!select.Step())
        {
            return null;
        }

        var row = new ApprovalRow(select);
        select.Reset();
        return row;
    }
}
