using DurableQueue.Conformance;
using DurableQueue.Sqlite;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Tests.Sqlite;

/// <summary>A queue file in a directory of its own, with a clock that the test moves, and a way past the queue into the file.</summary>
internal sealed class QueueDirectory(string file = "queue.db") : IDisposable
{
    /// <summary>Far more than anything waited for takes.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");

    /// <summary>Stands still: a batch of a test that is held up is not cut short.</summary>
    private readonly ManualTimeProvider turnClock = new();

    public ManualTimeProvider Time { get; } = new();

    public string FilePath => Path.Combine(directory.FullName, file);

    public ValueTask<SqliteTaskQueue> OpenAsync(bool backgroundSweeps = false, TimeSpan? busyTimeout = null, CommitPolling? polling = null) => SqliteTaskQueue.OpenAsync(
        FilePath,
        new SqliteQueueOptions
        {
            TimeProvider = Time,
            BackgroundSweeps = backgroundSweeps,
            BusyTimeout = busyTimeout ?? TimeSpan.FromSeconds(30),
            TurnClock = turnClock,
            CommitPolling = polling ?? new CommitPolling(),
        });

    /// <summary>What another process might do to the file.</summary>
    public object? Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of the tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    public void Dispose() => directory.Delete(recursive: true);
}
