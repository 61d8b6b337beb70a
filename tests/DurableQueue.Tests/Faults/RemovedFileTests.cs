using DurableQueue.Tests.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Faults;

/// <summary>The directory, or a file in it, goes away under an open queue. SQLite writes on without a word; the queue must not.</summary>
public sealed class RemovedFileTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");

    private string Folder => Path.Combine(directory.FullName, "data");

    private string FilePath => Path.Combine(Folder, "queue.db");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Write_DirectoryRemoved_IsNotAcknowledged()
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(FilePath);
        await queue.EnqueueAsync(new NewTask("t"));

        Directory.Delete(Folder, recursive: true);

        for (var call = 0; call < 3; call++)
        {
            await AssertRefusedAsync(queue, "queue.db was removed");
        }
    }

    [Fact]
    public async Task Write_DirectoryRemovedUnderLoad_EveryCallerIsTold()
    {
        var queue = await SqliteTaskQueue.OpenAsync(FilePath);
        var started = new CountdownEvent(100);
        var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                try
                {
                    await queue.EnqueueAsync(new NewTask("t"));
                    if (!started.IsSet)
                    {
                        started.Signal();
                    }
                }
                catch (QueueStorageException e)
                {
                    return e.Error;
                }
                catch (InvalidOperationException)
                {
                    // The countdown was over just before.
                }
            }
        })).ToArray();
        Assert.True(await Task.Run(() => started.Wait(QueueDirectory.Limit)));

        Directory.Delete(Folder, recursive: true);

        Assert.All(await Task.WhenAll(callers).WaitAsync(QueueDirectory.Limit), error => Assert.Equal(QueueStorageError.Lost, error));
        await queue.DisposeAsync().AsTask().WaitAsync(QueueDirectory.Limit);
        started.Dispose();

        await using var fresh = await SqliteTaskQueue.OpenAsync(FilePath);
        Assert.Equal(1, (await fresh.EnqueueAsync(new NewTask("t"))).Value);
    }

    [Theory]
    [InlineData("-gate", "lock file")]
    [InlineData("-wal", "write-ahead log")]
    [InlineData("-shm", "shared memory")]
    public async Task Write_FileBesideItRemoved_IsNotAcknowledgedAndFailsFromThenOn(string suffix, string says)
    {
        if (!OperatingSystem.IsLinux())
        {
            // Known there only.
            return;
        }

        await using var queue = await SqliteTaskQueue.OpenAsync(FilePath);
        await queue.EnqueueAsync(new NewTask("t"));
        var kept = Path.Combine(directory.FullName, "kept");
        File.Move(FilePath + suffix, kept);

        await AssertRefusedAsync(queue, says);
        await AssertUnreadableAsync(queue, says);

        // What others did while it was away is not known.
        File.Move(kept, FilePath + suffix, overwrite: true);
        await AssertRefusedAsync(queue, says);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-gate")]
    [InlineData("-wal")]
    [InlineData("-shm")]
    public async Task Write_FileReplaced_IsNotAcknowledged(string suffix)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await using var queue = await SqliteTaskQueue.OpenAsync(FilePath);
        await queue.EnqueueAsync(new NewTask("t"));
        var copy = Path.Combine(directory.FullName, "copy");
        await queue.BackupToAsync(copy);

        File.Move(copy, FilePath + suffix, overwrite: true);

        for (var call = 0; call < 30; call++)
        {
            await AssertRefusedAsync(queue, "was replaced");
        }

        await AssertUnreadableAsync(queue, "was replaced");
    }

    [Fact]
    public async Task Write_FileReplacedByABackup_TheBackupIsLeftAsItIs()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var copy = Path.Combine(directory.FullName, "copy");
        await using (var queue = await SqliteTaskQueue.OpenAsync(FilePath))
        {
            await queue.EnqueueAsync(new NewTask("kept"));
            await queue.BackupToAsync(copy);
            await queue.EnqueueAsync(new NewTask("later"));
            File.Move(copy, FilePath, overwrite: true);
            await AssertRefusedAsync(queue, "was replaced");
        }

        File.Copy(FilePath, copy);
        await using var read = await SqliteTaskQueue.OpenAsync(copy);
        Assert.Equal(["kept"], (await read.Inspector.QueryAsync(new TaskQuery())).Tasks.Select(task => task.Type));
    }

    [Fact]
    public async Task Write_DirectoryCannotBeSeenForAWhile_WorksAgainAfterwards()
    {
        if (!OperatingSystem.IsLinux() || Environment.IsPrivilegedProcess)
        {
            // Root sees everything.
            return;
        }

        await using var queue = await SqliteTaskQueue.OpenAsync(FilePath);
        File.SetUnixFileMode(Folder, UnixFileMode.None);
        var error = await Assert.ThrowsAsync<QueueStorageException>(() => queue.EnqueueAsync(new NewTask("t")).AsTask());
        Assert.Equal(QueueStorageError.CannotOpen, error.Error);

        File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        await queue.EnqueueAsync(new NewTask("t"));
    }

    private static async Task AssertUnreadableAsync(SqliteTaskQueue queue, string says)
    {
        var error = await Assert.ThrowsAsync<QueueStorageException>(() => queue.Inspector.GetAsync(new TaskId(1)).AsTask().WaitAsync(QueueDirectory.Limit));
        Assert.Equal(QueueStorageError.Lost, error.Error);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    private static async Task AssertRefusedAsync(SqliteTaskQueue queue, string says)
    {
        var error = await Assert.ThrowsAsync<QueueStorageException>(() => queue.EnqueueAsync(new NewTask("t")).AsTask().WaitAsync(QueueDirectory.Limit));
        Assert.Equal(QueueStorageError.Lost, error.Error);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
