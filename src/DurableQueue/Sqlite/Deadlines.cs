namespace DurableQueue.Sqlite;

/// <summary>
/// When the next delay ends and the next lease expires: lower bounds, so that a checkout before them need not ask the indexes,
/// and the time for which to set a timer.
/// </summary>
internal sealed class Deadlines(WriteConnection db)
{
    private long? nextDue;
    private long? nextExpiry;

    private const string SelectDue =
        "SELECT not_before_at_ms FROM task INDEXED BY task_due WHERE state = 0 AND holds & 2 ORDER BY not_before_at_ms LIMIT 1";

    private const string SelectExpiry =
        "SELECT lease_expires_at_ms FROM task INDEXED BY task_lease WHERE state = 1 ORDER BY lease_expires_at_ms LIMIT 1";

    /// <summary><see cref="long.MaxValue"/> if nothing is delayed.</summary>
    public long NextDueMs => nextDue ??= db[SelectDue].Scalar() ?? long.MaxValue;

    /// <summary><see cref="long.MaxValue"/> if nothing runs.</summary>
    public long NextExpiryMs => nextExpiry ??= db[SelectExpiry].Scalar() ?? long.MaxValue;

    public void AddDue(long atMs)
    {
        if (nextDue is { } due)
        {
            nextDue = Math.Min(due, atMs);
        }
    }

    public void AddExpiry(long atMs)
    {
        if (nextExpiry is { } expiry)
        {
            nextExpiry = Math.Min(expiry, atMs);
        }
    }

    /// <summary>Tasks that were due were promoted: ask again.</summary>
    public void DuePassed() => nextDue = null;

    /// <summary>Leases that had expired were looked at: ask again.</summary>
    public void ExpiryPassed() => nextExpiry = null;

    public void Forget() => nextDue = nextExpiry = null;
}
