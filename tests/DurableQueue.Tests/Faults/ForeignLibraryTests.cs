using DurableQueue.Tests.Processes;
using Xunit;

namespace DurableQueue.Tests.Faults;

/// <summary>
/// What a second SQLite library in the process does: it closes a descriptor of the file, and all locks of the process are gone. The next program that opens and
/// closes the file believes to be the last one, and deletes the log under the queue.
/// </summary>
public sealed class ForeignLibraryTests : ProcessTest
{
    [Fact]
    public async Task Write_LocksDroppedAndLogDeleted_NothingMoreIsAcknowledged()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        const int acknowledged = 50;
        await using (var queue = await OpenAsync(new SqliteQueueOptions { BackgroundSweeps = false }))
        {
            for (var task = 0; task < acknowledged; task++)
            {
                await queue.EnqueueAsync(new NewTask("t"));
            }

            foreach (var suffix in (string[])["", "-shm"])
            {
                await File.OpenRead(QueuePath + suffix).DisposeAsync();
            }

            var program = await StartAndGoAsync("lock", "hold=0");
            Assert.Equal(0, await program.ExitAsync());
            Assert.False(File.Exists(QueuePath + "-wal"), "the program did not delete the log: the test shows nothing");

            for (var call = 0; call < 20; call++)
            {
                var error = await Assert.ThrowsAsync<QueueStorageException>(() => queue.EnqueueAsync(new NewTask("t")).AsTask());
                Assert.Equal(QueueStorageError.Lost, error.Error);
                Assert.Contains("SQLite library", error.Message, StringComparison.Ordinal);
                Assert.Equal(
                    QueueStorageError.Lost, (await Assert.ThrowsAsync<QueueStorageException>(() => queue.Inspector.CountAsync().AsTask())).Error);
            }
        }

        await using var again = await OpenAsync();
        Assert.Equal(acknowledged, (await again.Inspector.CountAsync()).Total.Total);
        Assert.True((await again.Inspector.VerifyAsync()).IsSound);
    }
}
