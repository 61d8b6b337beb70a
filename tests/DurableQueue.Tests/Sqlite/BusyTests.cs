using System.Diagnostics;
using DurableQueue.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>Others hold the file lock, or hold the file without knowing the file lock.</summary>
public sealed class BusyTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-");

    private string Path => System.IO.Path.Combine(directory.FullName, "queue.db");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Write_GateHeldByAnother_WaitsAndGoesOn()
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(Path);
        using var other = new FileLock(Path + "-gate");
        other.Enter();

        var calls = Enumerable.Range(0, 20).Select(_ => queue.EnqueueAsync(new NewTask("work")).AsTask()).ToArray();
        Assert.All(calls, call => Assert.False(call.IsCompleted));
        other.Exit();

        Assert.Equal(20, (await Task.WhenAll(calls).WaitAsync(Limit)).Distinct().Count());
    }

    [Fact]
    public async Task Write_GateHeldLongerThanTheTimeout_IsBusy_AndNothingIsDone()
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(Path, new SqliteQueueOptions { BusyTimeout = TimeSpan.FromMilliseconds(200) });
        using var other = new FileLock(Path + "-gate");
        other.Enter();

        var error = await Assert.ThrowsAsync<QueueStorageException>(async () => await queue.EnqueueAsync(new NewTask("work")).AsTask().WaitAsync(Limit));
        Assert.Equal(QueueStorageError.Busy, error.Error);

        other.Exit();
        await queue.EnqueueWhenFreeAsync(new NewTask("work"), Limit);
        Assert.Equal(1, (await queue.Inspector.CountAsync()).Total.Queued);
    }

    [Fact]
    public async Task Write_ForeignTransactionOpen_WaitsAndGoesOn()
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(Path);
        using var foreign = OpenForeign();
        Execute(foreign, "BEGIN IMMEDIATE");

        var call = queue.EnqueueAsync(new NewTask("work")).AsTask();
        Assert.False(call.IsCompleted);
        Execute(foreign, "COMMIT");

        Assert.True((await call.WaitAsync(Limit)).Value > 0);
    }

    [Fact]
    public async Task Write_ForeignTransactionOpenTooLong_IsBusy_AndRecovers()
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(Path, new SqliteQueueOptions { BusyTimeout = TimeSpan.FromMilliseconds(300) });
        using var foreign = OpenForeign();
        Execute(foreign, "BEGIN IMMEDIATE");
        var started = Stopwatch.GetTimestamp();

        var error = await Assert.ThrowsAsync<QueueStorageException>(async () => await queue.EnqueueAsync(new NewTask("work")).AsTask().WaitAsync(Limit));

        Assert.Equal(QueueStorageError.Busy, error.Error);
        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(300));
        Execute(foreign, "ROLLBACK");
        await queue.EnqueueWhenFreeAsync(new NewTask("work"), Limit);
    }

    [Fact]
    public async Task Cancel_WhileTheGateIsHeld_EndsTheCall_AndNothingIsDone()
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(Path);
        using var other = new FileLock(Path + "-gate");
        using var cancel = new CancellationTokenSource();
        other.Enter();
        var call = queue.EnqueueAsync(new NewTask("work"), cancel.Token).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Limit));
        other.Exit();
        await queue.EnqueueAsync(new NewTask("work")).AsTask().WaitAsync(Limit);
        Assert.Equal(1, (await queue.Inspector.CountAsync()).Total.Queued);
    }

    [Fact]
    public async Task Read_GateHeldByAnother_DoesNotWait()
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(Path);
        var id = await queue.EnqueueAsync(new NewTask("work"));
        using var other = new FileLock(Path + "-gate");
        other.Enter();

        Assert.NotNull(await queue.Inspector.GetAsync(id).AsTask().WaitAsync(Limit));
        other.Exit();
    }

    [Fact]
    public async Task Open_GateHeldLongerThanTheTimeout_IsBusy()
    {
        await (await SqliteTaskQueue.OpenAsync(Path)).DisposeAsync();
        using var other = new FileLock(Path + "-gate");
        other.Enter();

        var error = await Assert.ThrowsAsync<QueueStorageException>(
            async () => await SqliteTaskQueue.OpenAsync(Path, new SqliteQueueOptions { BusyTimeout = TimeSpan.FromMilliseconds(100) }).AsTask().WaitAsync(Limit));

        Assert.Equal(QueueStorageError.Busy, error.Error);
        other.Exit();
    }

    [Fact]
    public async Task Dispose_GateHeldForever_EndsAfterTheTimeout()
    {
        var queue = await SqliteTaskQueue.OpenAsync(Path, new SqliteQueueOptions { BusyTimeout = TimeSpan.FromMilliseconds(100) });
        using var other = new FileLock(Path + "-gate");
        other.Enter();
        var call = queue.EnqueueAsync(new NewTask("work")).AsTask();

        await queue.DisposeAsync().AsTask().WaitAsync(Limit);

        await Assert.ThrowsAsync<QueueStorageException>(() => call.WaitAsync(Limit));
        other.Exit();
        await using var again = await SqliteTaskQueue.OpenAsync(Path);
        Assert.Equal(0, (await again.Inspector.CountAsync()).Total.Total);
    }

    private SqliteConnection OpenForeign()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
