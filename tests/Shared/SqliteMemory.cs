using System.Runtime.CompilerServices;
using SQLitePCL;

namespace DurableQueue;

/// <summary>SQLite counts the memory that it uses behind one lock of the process, for which the queues of many tests at once would wait.</summary>
internal static class SqliteMemory
{
    private const int MemoryStatistics = 9;

    // CA2255: a library should not; it has to come before the first connection of the process, and a test assembly has no other place that does.
#pragma warning disable CA2255
    [ModuleInitializer]
    internal static void CountNone()
    {
        Batteries_V2.Init();
        _ = raw.sqlite3_config(MemoryStatistics, 0);
    }
#pragma warning restore CA2255
}
