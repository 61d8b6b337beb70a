using System.Globalization;
using DurableQueue.Sqlite;
using DurableQueue.Tests.Processes;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Faults;

/// <summary>A killed queue leaves a log. Beside another file it must not be replayed: SQLite would mix the two without a word.</summary>
public sealed class ForeignLogTests : ProcessTest
{
    private string Folder => Path.GetDirectoryName(QueuePath)!;

    private string Kept => Path.Combine(Folder, "kept.db");

    [Fact]
    public async Task Open_KilledQueue_ReplaysItsOwnLog()
    {
        await LeaveKilledAsync(tasks: 20);
        Assert.NotEqual(0, new FileInfo(QueuePath + "-wal").Length);

        Assert.Equal(20, await CountAsync());
    }

    [Fact]
    public async Task Open_KilledAgainAndAgain_ReplaysEachTime()
    {
        for (var round = 1; round <= 3; round++)
        {
            await LeaveKilledAsync(tasks: 10);
            Assert.Equal(10 * round, await CountAsync());
        }
    }

    [Fact]
    public async Task Open_BackupCopiedOverAKilledQueue_IsRefusedAndUntouched()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await LeaveKilledAsync(tasks: 10);
        await using (var queue = await SqliteTaskQueue.OpenAsync(QueuePath))
        {
            await queue.BackupToAsync(Kept);
        }

        await LeaveKilledAsync(tasks: 30);
        File.Copy(Kept, QueuePath, overwrite: true);

        await AssertForeignAsync();

        // As the message says.
        File.Delete(QueuePath + "-wal");
        File.Delete(QueuePath + "-shm");
        Assert.Equal(10, await CountAsync());
    }

    [Fact]
    public async Task Open_OlderCopyOfTheFileOverAKilledQueue_IsRefused()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await LeaveKilledAsync(tasks: 10);
        File.Copy(QueuePath, Kept);

        // The close moves the log into the file: the copy is older than that.
        Assert.Equal(10, await CountAsync());
        await LeaveKilledAsync(tasks: 10);
        File.Copy(Kept, QueuePath, overwrite: true);

        await AssertForeignAsync();
    }

    [Fact]
    public async Task Open_CopyOfTheVeryFileThatTheLogWasMadeFor_ReplaysTheLog()
    {
        Assert.Equal(0, await CountAsync());
        File.Copy(QueuePath, Kept);
        await LeaveKilledAsync(tasks: 10);
        File.Copy(Kept, QueuePath, overwrite: true);

        Assert.Equal(10, await CountAsync());
    }

    [Fact]
    public async Task Open_FileOfAnotherQueueOverAKilledQueue_IsRefused()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await using (var other = await SqliteTaskQueue.OpenAsync(Kept))
        {
            await other.EnqueueAsync(new NewTask("t"));
        }

        Assert.Equal(0, await CountAsync());
        await LeaveKilledAsync(tasks: 10);
        File.Move(Kept, QueuePath, overwrite: true);

        await AssertForeignAsync();
    }

    [Fact]
    public async Task Open_KilledWhileAReaderKeptTheCheckpointIncomplete_ReplaysTheLog()
    {
        await LeaveKilledBesideAReaderAsync();

        Assert.Equal(12_000, await CountAsync());
    }

    [Fact]
    public async Task Open_FileRenamedWhileAnotherProcessHasItOpen_IsRefused()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var child = await StartAndGoAsync("idle");
        File.Move(QueuePath, Kept);

        var error = await Assert.ThrowsAsync<QueueStorageException>(() => SqliteTaskQueue.OpenAsync(Kept).AsTask());

        Assert.Equal(QueueStorageError.CannotOpen, error.Error);
        Assert.Contains($"process {child.Id}", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Kept + "-wal"));
    }

    [Theory]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true)]
    [InlineData("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", true)]
    [InlineData("bbbbbbbbbaaaaaaaaaaaaaaaaaaaaaaa", true)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", true)]
    [InlineData("aaaaaaaaaabbbbbbbbbbbbaaaaaaaaaa", false)]
    [InlineData("cccccccccccccccccccccccccccccccc", false)]
    [InlineData(LogRecord.None, false)]
    public void Fits_MarkOfTheFile_IsOneOfBothOrAHalfWrittenOne(string mark, bool fits) =>
        Assert.Equal(fits, new LogRecord("q", Current: new string('a', 32), Next: new string('b', 32)).Fits(mark));

    [Fact]
    public void Parse_WhatWasWritten_IsTheSame()
    {
        var record = new LogRecord(new string('1', 32), LogRecord.None, new string('2', 32));

        Assert.Equal(record, LogRecord.Parse(record.ToString()));
        Assert.Null(LogRecord.Parse(""));
        Assert.Null(LogRecord.Parse(new string(' ', LogRecord.Length)));
        Assert.Null(LogRecord.Parse(record.ToString()[..60]));
        Assert.True(record.ToString().Length <= LogRecord.Length);
    }

    /// <summary>A process adds tasks and is killed: what it wrote is in the log.</summary>
    private async Task LeaveKilledAsync(int tasks)
    {
        var child = await StartAndGoAsync("steps", string.Create(CultureInfo.InvariantCulture, $"steps=list:{tasks},stay"), "sweeps=no");
        await child.WaitForLineAsync($"+ list {tasks}");
        child.Kill();
        await child.ExitAsync();
    }

    /// <summary>As <see cref="LeaveKilledAsync"/>, while a reader needs the file as it was: checkpoints move only a part of the log.</summary>
    private async Task LeaveKilledBesideAReaderAsync()
    {
        Assert.Equal(0, await CountAsync());
        await using var reader = new SqliteConnection($"Data Source={QueuePath};Pooling=False");
        await reader.OpenAsync();
        await using var snapshot = reader.BeginTransaction(deferred: true);
        await using var command = reader.CreateCommand();
        command.Transaction = snapshot;
        command.CommandText = "SELECT count(*) FROM task";
        Assert.Equal(0L, await command.ExecuteScalarAsync());

        // Far more than the pages between two checkpoints.
        var child = await StartAndGoAsync("steps", "steps=list:4000,list:4000,list:4000,stay", "sweeps=no");
        await child.WaitForLinesAsync("+ list 4000", 3);
        child.Kill();
        await child.ExitAsync();
    }

    private async Task<long> CountAsync()
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(QueuePath, new SqliteQueueOptions { BackgroundSweeps = false });
        var verification = await queue.Inspector.VerifyAsync();
        Assert.True(verification.IsSound, string.Join('\n', verification.Findings));
        return verification.Tasks;
    }

    private async Task AssertForeignAsync()
    {
        var before = (await File.ReadAllBytesAsync(QueuePath), await File.ReadAllBytesAsync(QueuePath + "-wal"));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var error = await Assert.ThrowsAsync<QueueStorageException>(() => SqliteTaskQueue.OpenAsync(QueuePath).AsTask());
            Assert.Equal(QueueStorageError.ForeignLog, error.Error);
            Assert.Contains("-wal is not the write-ahead log of", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before.Item1, await File.ReadAllBytesAsync(QueuePath));
        Assert.Equal(before.Item2, await File.ReadAllBytesAsync(QueuePath + "-wal"));
    }
}
