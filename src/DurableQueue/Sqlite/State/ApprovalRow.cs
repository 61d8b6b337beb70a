using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>What an operation needs to know of a request before it decides it, or asks for the same again.</summary>
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
        Gates = StoredJson.ReadNames(row.Text(4));
        Terms = new ApprovalTerms
        {
            Approvers = row.NullableText(5) is { } names ? StoredJson.ReadNames(names) : null,
            ExpiresAfter = row.NullableLong(6) is { } lifetime ? Times.SpanFromMs(lifetime) : null,
        };
        ExpiresAtMs = row.NullableLong(7);
        Own = StoredJson.ReadTerms(row.NullableText(8));
    }

    public ApprovalId Id { get; }

    public TaskId TaskId { get; }

    public bool InRun { get; }

    public ApprovalStatus Status { get; }

    public IReadOnlyList<string> Gates { get; }

    /// <summary>The task's own and those of the gates, together.</summary>
    public ApprovalTerms Terms { get; }

    /// <summary>The task's own; <see langword="null"/> if only gates asked.</summary>
    public ApprovalTerms? Own { get; }

    public long? ExpiresAtMs { get; }

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
