using System.Runtime.InteropServices;

namespace DurableQueue.Benchmarks.StatementCost;

/// <summary>What the engine counts, by functions that the binding hides or does not name. The engine is the one that the binding has loaded.</summary>
internal static unsafe partial class NativeSqlite
{
    public const int VirtualMachineSteps = 4;
    public const int CacheHits = 7;
    public const int CacheMisses = 8;
    public const int CacheWrites = 9;

    private const string Engine = "e_sqlite3";

    /// <summary>The statement of a connection after another one; the first after none. Zero after the last.</summary>
    [LibraryImport(Engine, EntryPoint = "sqlite3_next_stmt")]
    public static partial nint NextStatement(nint connection, nint after);

    /// <summary>A counter of a statement since it was last reset.</summary>
    [LibraryImport(Engine, EntryPoint = "sqlite3_stmt_status")]
    public static partial int StatementStatus(nint statement, int counter, int reset);

    /// <summary>A counter of a connection since it was last reset.</summary>
    public static int ConnectionStatus(nint connection, int counter, bool reset)
    {
        _ = ConnectionStatus(connection, counter, out var current, out _, reset ? 1 : 0);
        return current;
    }

    [LibraryImport(Engine, EntryPoint = "sqlite3_db_status")]
    private static partial int ConnectionStatus(nint connection, int counter, out int current, out int highest, int reset);
}
