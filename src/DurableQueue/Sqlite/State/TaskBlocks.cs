using System.Runtime.InteropServices;
using DurableQueue.Groups;

namespace DurableQueue.Sqlite;

/// <summary>
/// Counts, for each block of ids, the tasks that are unfinished and those that are checked out, and knows a time before which none of their leases
/// expires: what finds them by their ids, without an index that every enqueue, checkout and finish would change. Changes are kept in memory and written
/// once a transaction.
/// </summary>
internal sealed class TaskBlocks(WriteConnection db)
{
    private readonly Dictionary<long, Change> changes = [];

    /// <summary>On any connection; sees what is written.</summary>
    public const string SelectNextExpiry = "SELECT min(expires_at_ms) FROM task_block INDEXED BY task_block_leased WHERE checked_out > 0 AND expires_at_ms IS NOT NULL";

    private const string SelectLongestLease = $"SELECT max(t.lease_ms) {TaskBlockSql.CheckedOutTasks}";

    private const string SelectExpired =
        "SELECT id FROM task_block INDEXED BY task_block_leased WHERE checked_out > 0 AND expires_at_ms <= @now ORDER BY expires_at_ms LIMIT @limit";

    private const string Upsert =
        """
        INSERT INTO task_block (id, unfinished, checked_out, expires_at_ms) VALUES (@id, @unfinished, @checkedOut, @expires)
        ON CONFLICT (id) DO UPDATE SET unfinished = unfinished + excluded.unfinished, checked_out = checked_out + excluded.checked_out,
          expires_at_ms = CASE WHEN checked_out + excluded.checked_out > 0
            THEN min(coalesce(expires_at_ms, excluded.expires_at_ms), coalesce(excluded.expires_at_ms, expires_at_ms)) END
        """;

    private const string DeleteEmpty = "DELETE FROM task_block WHERE id = @id AND unfinished = 0";

    /// <summary>After the clock was set back, a renewed lease expires earlier than before. Where one task took the place of another, there may have been no time.</summary>
    private const string LowerExpiry = "UPDATE task_block SET expires_at_ms = @expires WHERE id = @id AND checked_out > 0 AND (expires_at_ms IS NULL OR expires_at_ms > @expires)";

    private const string UpdateExpiry =
        $"""
        UPDATE task_block SET expires_at_ms = (
          SELECT min(t.lease_expires_at_ms) FROM task t
          WHERE {TaskBlockSql.ContainsInParameter} AND t.state = {TaskStateCode.CheckedOut} AND t.adopted = 0)
        WHERE id = @block
        """;

    /// <summary>A task was moved from one counter to another.</summary>
    public void Move(TaskId task, CountedAs from, CountedAs to)
    {
        ref var change = ref ChangeOf(task);
        change.Unfinished += Number(to.IsUnfinished) - Number(from.IsUnfinished);
        change.CheckedOut += Number(to.IsCheckedOut) - Number(from.IsCheckedOut);
    }

    /// <summary>The task has a lease that can be reaped from a time on.</summary>
    public void AddExpiry(TaskId task, long atMs)
    {
        ref var change = ref ChangeOf(task);
        change.ExpiresAtMs = Math.Min(change.ExpiresAtMs ?? atMs, atMs);
    }

    public long ReadNextExpiry()
    {
        Write();
        return db[SelectNextExpiry].Scalar() ?? long.MaxValue;
    }

    /// <summary>The longest of the leases that are held now.</summary>
    public long ReadLongestLease()
    {
        Write();
        return db[SelectLongestLease].Scalar() ?? 0;
    }

    /// <summary>Blocks in which a lease may have expired.</summary>
    public List<long> ReadExpired(long nowMs, int most)
    {
        Write();
        var blocks = new List<long>();
        var select = db[SelectExpired].Bind("@now", nowMs).Bind("@limit", most);
        while (select.Step())
        {
            blocks.Add(select.Long(0));
        }

        return blocks;
    }

    /// <summary>What had expired in a block has been reaped: its next lease expires later.</summary>
    public void Reaped(long block) => db[UpdateExpiry].Bind("@block", block).Run();

    /// <summary>Writes what has changed.</summary>
    public void Write()
    {
        foreach (var (block, change) in changes)
        {
            Write(block, change);
        }

        changes.Clear();
    }

    public void Forget() => changes.Clear();

    private void Write(long block, in Change change)
    {
        if (change is { Unfinished: not 0 } or { CheckedOut: not 0 })
        {
            db[Upsert].Bind("@id", block)
                .Bind("@unfinished", change.Unfinished)
                .Bind("@checkedOut", change.CheckedOut)
                .Bind("@expires", change.ExpiresAtMs)
                .Run();
            if (change.Unfinished < 0)
            {
                db[DeleteEmpty].Bind("@id", block).Run();
            }
        }
        else if (change.ExpiresAtMs is { } expires)
        {
            db[LowerExpiry].Bind("@id", block).Bind("@expires", expires).Run();
        }
    }

    private ref Change ChangeOf(TaskId task) => ref CollectionsMarshal.GetValueRefOrAddDefault(changes, task.Value >> TaskBlockSql.Bits, out _);

    private static int Number(bool counts) => counts ? 1 : 0;

    private struct Change
    {
        public int Unfinished;
        public int CheckedOut;
        public long? ExpiresAtMs;
    }
}
