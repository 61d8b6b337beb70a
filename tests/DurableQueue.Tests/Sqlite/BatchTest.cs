using DurableQueue.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>A queue and its file lock: calls that are listed while a test holds the lock meet in one batch.</summary>
public abstract class BatchTest : IAsyncLifetime
{
    private protected QueueDirectory Files { get; } = new();

    private protected SqliteTaskQueue Queue { get; private set; } = null!;

    private protected FileLock FileLock { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Queue = await Files.OpenAsync();
        FileLock = new FileLock(Files.FilePath + "-gate");
    }

    public async Task DisposeAsync()
    {
        await Queue.DisposeAsync();
        FileLock.Dispose();
        Files.Dispose();
    }
}
