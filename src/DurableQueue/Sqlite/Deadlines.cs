using Dapper;
using Microsoft.Data.Sqlite;

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
        "SELECT min(not_before_at_ms) FROM task INDEXED BY task_due WHERE state = 0 AND holds & 2";

    private const string SelectExpiry =
        "SELECT min(lease_expires_at_ms) FROM task INDEXED BY task_lease WHERE state = 1";

    /// <summary>The next of both, read on another connection.</summary>
    public static long ReadNext(SqliteConnection connection) =>
        Math.Min(connection.ExecuteScalar<long?>(SelectDue) ?? long.MaxValue, connection.ExecuteScalar<long?>(SelectExpiry) ?? long.MaxValue);

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
