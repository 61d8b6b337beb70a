namespace DurableQueue.Benchmarks.StatementCost;

/// <summary>What SQLite counts on one connection: a measure that does not depend on what else the machine does.</summary>
internal readonly record struct EngineCounters(long Steps, long PagesRead, long PagesWritten)
{
    /// <summary>The counts since the last call.</summary>
    public static EngineCounters Take(nint connection)
    {
        var steps = 0L;
        for (var statement = NativeSqlite.NextStatement(connection, 0); statement != 0; statement = NativeSqlite.NextStatement(connection, statement))
        {
            steps += NativeSqlite.StatementStatus(statement, NativeSqlite.VirtualMachineSteps, reset: 1);
        }

        return new EngineCounters(
            steps,
            NativeSqlite.ConnectionStatus(connection, NativeSqlite.CacheHits, reset: true)
            + NativeSqlite.ConnectionStatus(connection, NativeSqlite.CacheMisses, reset: true),
            NativeSqlite.ConnectionStatus(connection, NativeSqlite.CacheWrites, reset: true));
    }

    public static EngineCounters operator +(EngineCounters left, EngineCounters right) =>
        new(left.Steps + right.Steps, left.PagesRead + right.PagesRead, left.PagesWritten + right.PagesWritten);
}
