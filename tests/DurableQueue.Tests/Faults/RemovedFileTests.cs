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

        Assert.All(await Task.WhenAll(callers).WaitAsync(QueueDirectory.Limit), error => Assert.Equal(QueueStorageError.CannotOpen, error));
        await queue.DisposeAsync().AsTask().WaitAsync(QueueDirectory.Limit);
        started.Dispose();

        await using var fresh = await SqliteTaskQueue.OpenAsync(FilePath);
        Assert.Equal(1, (await fresh.EnqueueAsync(new NewTask("t"))).Value);
    }

    [Fact]
    public async Task Write_LockFileRemoved_IsNotAcknowledgedAfterASecond()
    {
        if (!OperatingSystem.IsLinux())
        {
            // Known there only.
            return;
        }

        await using var queue = await SqliteTaskQueue.OpenAsync(FilePath);
        File.Delete(FilePath + "-gate");
        using var guard = new CancellationTokenSource(QueueDirectory.Limit);
        QueueStorageException? error = null;
        while (error is null)
        {
            guard.Token.ThrowIfCancellationRequested();
            try
            {
                await queue.EnqueueAsync(new NewTask("t"), guard.Token);
            }
            catch (QueueStorageException e)
            {
                error = e;
            }
        }

        Assert.Equal(QueueStorageError.CannotOpen, error.Error);
        await AssertRefusedAsync(queue, "lock file");
    }

    private static async Task AssertRefusedAsync(SqliteTaskQueue queue, string says)
    {
        var error = await Assert.ThrowsAsync<QueueStorageException>(() => queue.EnqueueAsync(new NewTask("t")).AsTask().WaitAsync(QueueDirectory.Limit));
        Assert.Equal(QueueStorageError.CannotOpen, error.Error);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
