using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>
/// When the next delay ends, the next lease and the next request for an approval expire, and the next schedule fires: lower bounds, so that a checkout
/// before them need not ask the indexes, and the time for which to set a timer.
/// </summary>
internal sealed class Deadlines(WriteConnection db, TaskBlocks blocks)
{
    private long? nextDue;
    private long? nextExpiry;
    private long? nextFire;
    private long? nextApproval;

    private const string SelectDue =
        $"SELECT min(not_before_at_ms) FROM task INDEXED BY task_due WHERE state = {TaskStateCode.Queued} AND holds & {HoldCode.NotBefore}";

    private const string SelectFire =
        "SELECT min(next_fire_at_ms) FROM schedule INDEXED BY schedule_due WHERE paused = 0 AND next_fire_at_ms IS NOT NULL";

    private const string SelectApproval =
        $"SELECT min(expires_at_ms) FROM task_approval INDEXED BY task_approval_expiry WHERE state = {TaskStateCode.Queued} AND expires_at_ms IS NOT NULL";

    /// <summary>For a clock that moves from one to the next; the end of a delay that leaves another hold is none.</summary>
    private const string SelectNextAfter =
        $"""
        SELECT min(at_ms) FROM (
            SELECT min(not_before_at_ms) AS at_ms FROM task INDEXED BY task_due WHERE state = {TaskStateCode.Queued} AND holds & {HoldCode.NotBefore} AND holds = {HoldCode.NotBefore} AND not_before_at_ms > @after
            UNION ALL SELECT min(next_fire_at_ms) FROM schedule INDEXED BY schedule_due
                WHERE paused = 0 AND next_fire_at_ms IS NOT NULL AND next_fire_at_ms > @after
            UNION ALL SELECT min(expires_at_ms) FROM task_approval INDEXED BY task_approval_expiry
                WHERE state = {TaskStateCode.Queued} AND expires_at_ms IS NOT NULL AND expires_at_ms > @after
            UNION ALL SELECT min(due_at_ms) FROM budget_meter INDEXED BY budget_meter_due WHERE due_at_ms IS NOT NULL AND due_at_ms > @after)
        """;

    /// <summary>The next deadline behind a time, without leases; <see langword="null"/> if there is none.</summary>
    public static long? ReadNextAfter(SqliteConnection connection, long afterMs) => connection.ReadNumber(SelectNextAfter, s => s.Bind("@after", afterMs));

    /// <summary>The next of all, also of the budgets, read on another connection.</summary>
    public static long ReadNext(SqliteConnection connection) =>
        new[] { SelectDue, TaskBlocks.SelectNextExpiry, SelectFire, SelectApproval, BudgetDueTimes.SelectNext }.Min(sql => connection.ReadNumber(sql) ?? long.MaxValue);

    /// <summary><see cref="long.MaxValue"/> if nothing is delayed.</summary>
    public long NextDueMs => nextDue ??= db[SelectDue].Scalar() ?? long.MaxValue;

    /// <summary><see cref="long.MaxValue"/> if nothing runs.</summary>
    public long NextExpiryMs => nextExpiry ??= blocks.ReadNextExpiry();

    /// <summary><see cref="long.MaxValue"/> if no schedule has a next occurrence.</summary>
    public long NextFireMs => nextFire ??= db[SelectFire].Scalar() ?? long.MaxValue;

    /// <summary><see cref="long.MaxValue"/> if no request that is pending expires.</summary>
    public long NextApprovalMs => nextApproval ??= db[SelectApproval].Scalar() ?? long.MaxValue;

    public void AddDue(long atMs)
    {
        if (nextDue is { } due)
        {
            nextDue = Math.Min(due, atMs);
        }
    }

    /// <summary>A lease that can be reaped begins, or was renewed.</summary>
    public void AddExpiry(TaskId task, long atMs)
    {
        blocks.AddExpiry(task, atMs);
        if (nextExpiry is { } expiry)
        {
            nextExpiry = Math.Min(expiry, atMs);
        }
    }

    public void AddFire(long atMs)
    {
        if (nextFire is { } fire)
        {
            nextFire = Math.Min(fire, atMs);
        }
    }

    public void AddApproval(long atMs)
    {
        if (nextApproval is { } approval)
        {
            nextApproval = Math.Min(approval, atMs);
        }
    }

    /// <summary>Due tasks were promoted: the next call reads the index again.</summary>
    public void ForgetDue() => nextDue = null;

    /// <summary>Expired leases were reaped.</summary>
    public void ForgetExpiry() => nextExpiry = null;

    /// <summary>Due schedules were fired.</summary>
    public void ForgetFire() => nextFire = null;

    /// <summary>Requests past their time have expired.</summary>
    public void ForgetApproval() => nextApproval = null;

    public void Forget() => nextDue = nextExpiry = nextFire = nextApproval = null;
}
