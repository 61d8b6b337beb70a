using Microsoft.Data.Sqlite;

namespace DurableQueue.ProcessHost;

/// <summary>A program that knows nothing of the queue and keeps its file locked for some time, or until told to stop.</summary>
internal static class FileLock
{
    public static async Task RunAsync(Arguments arguments, ParentProcess parent)
    {
        await using var connection = new SqliteConnection($"Data Source={arguments["db"]};Pooling=False");
        await connection.OpenAsync();
        Output.Line("ready");
        await parent.Go;
        Execute(connection, "PRAGMA wal_autocheckpoint = 0; BEGIN EXCLUSIVE");
        Output.Line("locked");
        await Task.WhenAny(parent.StopRequested, Task.Delay(arguments.Number("hold", int.MaxValue)));
        Execute(connection, "COMMIT");
        Output.Line("unlocked");
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this program.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
