using DurableQueue.Tests.Sqlite;
using DurableQueue.Tests.Worker;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Xunit;

namespace DurableQueue.Tests.Faults;

/// <summary>A reader keeps one old snapshot open, as a shell or a slow backup does: the log cannot be cut, and everything else goes on.</summary>
public sealed class LongReaderTests : IDisposable
{
    private const int Pinned = 101;
    private readonly QueueDirectory directory = new();
    private readonly CollectedLogs logs = new();

    public void Dispose()
    {
        logs.Dispose();
        directory.Dispose();
    }

    [Fact]
    public async Task Write_ReaderPinsTheLog_GoesOnWarnsAndCutsItAfterwards()
    {
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(logs));
        await using var queue = await SqliteTaskQueue.OpenAsync(
            directory.FilePath,
            new SqliteQueueOptions { TimeProvider = directory.Time, Durability = Durability.Normal, LoggerFactory = factory });
        await queue.EnqueueAsync(new NewTask("before"));
        await using var reader = new SqliteConnection($"Data Source={directory.FilePath};Pooling=False");
        await reader.OpenAsync();
        await using (var snapshot = reader.BeginTransaction(deferred: true))
        {
            Assert.Equal(1L, Count(reader));
            for (var i = 0; i < 100; i++)
            {
                await queue.EnqueueAsync(new NewTask("during", new byte[1024 * 1024]));
            }

            await RoundsUntilAsync(() => logs.Lines.Any(line => line.Event == Pinned));
            Assert.True(LogBytes() > 100 * 1024 * 1024);
            Assert.Equal(1L, Count(reader));
            Assert.Equal(101, (await queue.Inspector.CountAsync()).Total.Queued);
        }

        await queue.EnqueueAsync(new NewTask("after"));
        await RoundsUntilAsync(() => LogBytes() < 1024 * 1024);
        Assert.Single(logs.Lines, line => line.Event == Pinned);
        Assert.Equal(102L, Count(reader));
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Idle_ReaderIsThereWhenTheLogWouldBeCut_CutsItAfterwards()
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(
            directory.FilePath, new SqliteQueueOptions { TimeProvider = directory.Time, Durability = Durability.Normal });
        await queue.EnqueueAsync(new NewTask("a"));
        await using var reader = new SqliteConnection($"Data Source={directory.FilePath};Pooling=False");
        await reader.OpenAsync();
        await using (var snapshot = reader.BeginTransaction(deferred: true))
        {
            Assert.Equal(1L, Count(reader));
            for (var round = 0; round < 5; round++)
            {
                // Calls that write nothing: when the second is answered, what the round wanted has been tried.
                directory.Time.Advance(TimeSpan.FromSeconds(1));
                await Assert.ThrowsAsync<TaskNotFoundException>(() => queue.Control.CancelAsync(new TaskId(404)).AsTask());
                await Assert.ThrowsAsync<TaskNotFoundException>(() => queue.Control.CancelAsync(new TaskId(404)).AsTask());
            }

            Assert.True(LogBytes() > 0);
        }

        await RoundsUntilAsync(() => LogBytes() == 0);
    }

    private static object? Count(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM task";
        return command.ExecuteScalar();
    }

    private long LogBytes() => new FileInfo(directory.FilePath + "-wal").Length;

    /// <summary>Lets the queue look around, once a second by its clock, until something has come of it.</summary>
    private async Task RoundsUntilAsync(Func<bool> done)
    {
        using var guard = new CancellationTokenSource(QueueDirectory.Limit);
        while (!done())
        {
            guard.Token.ThrowIfCancellationRequested();
            directory.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }
}
