namespace DurableQueue.Sqlite.Verification;

/// <summary>
/// Everything that is stored twice, in the order in which it is repaired: rows before tasks, edges before the holds that follow from them,
/// and the counters and heads, which follow from all the rest, last.
/// </summary>
internal static class Inconsistencies
{
    /// <summary>Of one check, the most findings that are listed; all are counted.</summary>
    private const int MostListed = 100;

    /// <summary>Fixes of one check may bring forth what an earlier one looks for; a second pass fixes that, a third finds nothing.</summary>
    private const int MostPasses = 3;

    private const string CountTasks = "SELECT count(*) FROM task";

    /// <summary>All but those of the file, which come first.</summary>
    private static readonly ConsistencyCheck[] OfRows =
    [
        .. RowChecks.All, .. TaskChecks.All, .. DependencyChecks.All, .. HoldChecks.All, .. KeyChecks.All, .. ScheduleChecks.All,
        .. RequestChecks.All, .. BudgetChecks.All, .. CounterChecks.All, .. BlockChecks.All,
    ];

    /// <summary>Finds all there is. Reads the whole file.</summary>
    public static QueueVerification Verify(WriteConnection db, CancellationToken cancellationToken)
    {
        var (findings, total) = Find(db, cancellationToken);
        using var count = new Statement(db, CountTasks);
        return new QueueVerification { Findings = findings, Total = total, Tasks = count.Scalar() ?? 0 };
    }

    /// <summary>Puts right what can be, inside the transaction that is open on it.</summary>
    public static QueueRepair Repair(WriteConnection db, long nowMs)
    {
        var found = new List<QueueFinding>();
        var (total, repaired) = (0L, 0L);
        for (var pass = 0; pass < MostPasses && (pass == 0 || repaired > 0); pass++)
        {
            repaired = ChecksFor(db).Where(check => check.Fixes.Length > 0).Sum(check => RepairOne(db, check, found, nowMs));
            total += repaired;
        }

        var (remaining, _) = Find(db, CancellationToken.None);
        return new QueueRepair { Repaired = [.. found.Distinct().Except(remaining)], Total = total, Remaining = remaining };
    }

    private static IEnumerable<ConsistencyCheck> ChecksFor(WriteConnection db) => FileChecks.For(db).Concat(OfRows);

    private static (List<QueueFinding> Findings, long Total) Find(WriteConnection db, CancellationToken cancellationToken)
    {
        var findings = new List<QueueFinding>();
        var total = 0L;
        try
        {
            foreach (var check in ChecksFor(db))
            {
                cancellationToken.ThrowIfCancellationRequested();
                total += Run(db, check, findings);
            }
        }
        catch (QueueStorageException e) when (e.Error == QueueStorageError.Corrupt)
        {
            // Pages that cannot be read: the rest cannot be checked.
            findings.Add(new QueueFinding(FileChecks.Integrity, "the file", e.Message, "ok"));
            total++;
        }

        return (findings, total);
    }

    private static long RepairOne(WriteConnection db, ConsistencyCheck check, List<QueueFinding> found, long nowMs)
    {
        var before = Run(db, check, found);
        if (before == 0)
        {
            return 0;
        }

        Fix(db, check, nowMs);
        return before - Run(db, check, []);
    }

    private static long Run(WriteConnection db, ConsistencyCheck check, List<QueueFinding> findings)
    {
        using var select = new Statement(db, check.Select);
        var count = 0L;
        while (select.Step())
        {
            if (++count <= MostListed)
            {
                findings.Add(new QueueFinding(select.Text(0), select.Text(1), select.NullableText(2) ?? "none", select.NullableText(3) ?? "none"));
            }
        }

        return count;
    }

    private static void Fix(WriteConnection db, ConsistencyCheck check, long nowMs)
    {
        foreach (var sql in check.Fixes)
        {
            using var fix = new Statement(db, sql);
            if (sql.Contains("@now", StringComparison.Ordinal))
            {
                fix.Bind("@now", nowMs);
            }

            fix.Run();
        }
    }
}
