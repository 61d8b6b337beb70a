using Dapper;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

public sealed class CheckpointTests
{
    [Fact]
    public async Task Log_UnderWritesWhileReadersPage_StaysShort()
    {
        using var directory = new QueueDirectory();
        var path = directory.FilePath;
        await using var queue = await SqliteTaskQueue.OpenAsync(path, new SqliteQueueOptions { Durability = Durability.Normal });
        var tasks = Enumerable.Repeat(new NewTask("a", new byte[4_000]), 1_000).ToArray();
        await queue.EnqueueAsync(tasks);
        using var written = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() => PageAsync(queue, written.Token))).ToArray();

        var longest = 0L;
        for (var list = 0; list < 40; list++)
        {
            await queue.EnqueueAsync(tasks);
            longest = Math.Max(longest, new FileInfo(path + "-wal").Length);
        }

        await written.CancelAsync();
        Assert.All(await Task.WhenAll(readers), pages => Assert.True(pages > 0));
        Assert.InRange(longest, 0, 64_000_000);
    }

    [Fact]
    public async Task Log_LastWriteMovedItAlready_IsCutWhenTheQueueIsIdle()
    {
        using var directory = new QueueDirectory();
        await using var queue = await SqliteTaskQueue.OpenAsync(
            directory.FilePath, new SqliteQueueOptions { TimeProvider = directory.Time, Durability = Durability.Normal });

        // One write of more than lies between two checkpoints: nothing is written after the one that follows it.
        await queue.EnqueueAsync(new NewTask("a", new byte[10_000_000]));
        await UntilCutAsync(directory);
    }

    [Fact]
    public async Task Log_OthersWriteWithoutCheckpoints_IsCutThoughTheQueueWritesNothing()
    {
        using var directory = new QueueDirectory();
        await using var queue = await SqliteTaskQueue.OpenAsync(
            directory.FilePath, new SqliteQueueOptions { TimeProvider = directory.Time, Durability = Durability.Normal });
        await queue.EnqueueAsync(new NewTask("a"));
        await UntilCutAsync(directory);
        using (var application = new SqliteConnection($"Data Source={directory.FilePath};Pooling=False"))
        {
            application.Open();
            application.Execute("PRAGMA wal_autocheckpoint = 0; CREATE TABLE notes (text BLOB); INSERT INTO notes VALUES (zeroblob(40000000))");
            Assert.InRange(new FileInfo(directory.FilePath + "-wal").Length, 40_000_000, long.MaxValue);

            await UntilCutAsync(directory);
        }
    }

    private static async Task UntilCutAsync(QueueDirectory directory)
    {
        var log = new FileInfo(directory.FilePath + "-wal");
        using var guard = new CancellationTokenSource(QueueDirectory.Limit);
        do
        {
            guard.Token.ThrowIfCancellationRequested();
            directory.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            log.Refresh();
        }
        while (log.Length > 0);
    }

    private static async Task<int> PageAsync(SqliteTaskQueue queue, CancellationToken written)
    {
        var pages = 0;
        TaskCursor? cursor = null;
        while (!written.IsCancellationRequested)
        {
            cursor = (await queue.Inspector.QueryAsync(new TaskQuery { Limit = 500, Cursor = cursor }, CancellationToken.None)).Next;
            pages++;
        }

        return pages;
    }
}
