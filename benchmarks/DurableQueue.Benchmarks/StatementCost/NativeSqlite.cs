using System.Runtime.InteropServices;

namespace DurableQueue.Benchmarks.StatementCost;

/// <summary>What the engine counts, by functions that the binding hides or does not name. The engine is the one that the binding has loaded.</summary>
internal static unsafe partial class NativeSqlite
{
    public const int VirtualMachineSteps = 4;
    public const int CacheHits = 7;
    public const int CacheMisses = 8;
    public const int CacheWrites = 9;

    /// <summary>A statement begins to run.</summary>
    public const uint TraceStatement = 1;

    private const string Engine = "e_sqlite3";

    /// <summary>The statement of a connection after another one; the first after none. Zero after the last.</summary>
    [LibraryImport(Engine, EntryPoint = "sqlite3_next_stmt")]
    public static partial nint NextStatement(nint connection, nint after);

    /// <summary>A counter of a statement since it was last reset.</summary>
    [LibraryImport(Engine, EntryPoint = "sqlite3_stmt_status")]
    public static partial int StatementStatus(nint statement, int counter, int reset);

    /// <summary>Zero if the connection must not be used by two threads at once.</summary>
    [LibraryImport(Engine, EntryPoint = "sqlite3_db_mutex")]
    public static partial nint Mutex(nint connection);

    /// <summary>Calls back with the context and the statement.</summary>
    [LibraryImport(Engine, EntryPoint = "sqlite3_trace_v2")]
    public static partial int Trace(nint connection, uint events, delegate* unmanaged<uint, nint, nint, nint, int> callback, nint context);

    /// <summary>The text of a statement.</summary>
    public static string Text(nint statement) => Marshal.PtrToStringUTF8(Sql(statement))!;

    /// <summary>The text of a statement, with what is bound in place of its parameters.</summary>
    public static string ExpandedText(nint statement)
    {
        var expanded = ExpandedSql(statement);
        var text = Marshal.PtrToStringUTF8(expanded)!;
        Free(expanded);
        return text;
    }

    /// <summary>A counter of a connection since it was last reset.</summary>
    public static int ConnectionStatus(nint connection, int counter, bool reset)
    {
        _ = ConnectionStatus(connection, counter, out var current, out _, reset ? 1 : 0);
        return current;
    }

    [LibraryImport(Engine, EntryPoint = "sqlite3_db_status")]
    private static partial int ConnectionStatus(nint connection, int counter, out int current, out int highest, int reset);

    [LibraryImport(Engine, EntryPoint = "sqlite3_sql")]
    private static partial nint Sql(nint statement);

    [LibraryImport(Engine, EntryPoint = "sqlite3_expanded_sql")]
    private static partial nint ExpandedSql(nint statement);

    [LibraryImport(Engine, EntryPoint = "sqlite3_free")]
    private static partial void Free(nint memory);
}
