using DurableQueue.Sqlite;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SQLitePCL;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

public sealed class OpeningTests : IDisposable
{
    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Open_NewFileByManyAtOnce_EachHasTheQueue()
    {
        for (var round = 0; round < 20; round++)
        {
            var path = directory.FilePath + round;
            var opening = Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await SqliteTaskQueue.OpenAsync(path))).ToArray();
            var queues = await Task.WhenAll(opening).WaitAsync(QueueDirectory.Limit);
            var ids = await Task.WhenAll(queues.Select(queue => queue.EnqueueAsync(new NewTask("t")).AsTask())).WaitAsync(QueueDirectory.Limit);
            Assert.Equal(8, ids.Distinct().Count());
            foreach (var queue in queues)
            {
                await queue.DisposeAsync();
            }
        }
    }

    [Fact]
    public void Apply_NewerSchema_RefusesAndLeavesIt()
    {
        Batteries_V2.Init();
        var file = new QueueFile(directory.FilePath, new SqliteQueueOptions());
        file.Create();
        using var db = file.OpenWriter();
        db.Execute("PRAGMA user_version = 99");

        var error = Assert.Throws<QueueStorageException>(() => Migrations.Apply(db));

        Assert.Equal(QueueStorageError.NewerSchema, error.Error);
        Assert.Equal(99, Migrations.ReadVersion(db));
    }

    [Fact]
    public async Task Wait_AfterLookingFailed_LooksAgain()
    {
        await using var queue = await directory.OpenAsync();
        var looked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var opened = 0;
        var file = new QueueFile(directory.FilePath, new SqliteQueueOptions());
        using var dispatcher = new Dispatcher();
        var signals = new QueueSignals(dispatcher);
        signals.DeadlineFound += _ => looked.TrySetResult();
        using var commits = new CommitWatch(
            signals,
            () => opened++ == 0 ? throw new SqliteException("unable to open database file", raw.SQLITE_CANTOPEN) : file.OpenReader(),
            () => { },
            _ => { },
            () => 0,
            new LogEvents(directory.FilePath + "-wal", isWanted: true, NullLogger.Instance),
            new CommitPolling());
        var seen = signals.Ready.Version;
        var waiting = signals.WaitAsync(signals.Ready, seen, CancellationToken.None);

        await waiting.WaitAsync(QueueDirectory.Limit);
        await signals.WaitAsync(signals.Ready, seen + 1, CancellationToken.None).WaitAsync(QueueDirectory.Limit);
        await looked.Task.WaitAsync(QueueDirectory.Limit);
        signals.Close(new ObjectDisposedException(nameof(queue)));
        commits.Stop();
    }

    [Fact]
    public async Task Close_LookingNeverWorked_Returns()
    {
        using var dispatcher = new Dispatcher();
        var signals = new QueueSignals(dispatcher);
        using var commits = new CommitWatch(
            signals,
            () => throw new SqliteException("unable to open database file", raw.SQLITE_CANTOPEN),
            () => { },
            _ => { },
            () => 0,
            new LogEvents(directory.FilePath + "-wal", isWanted: true, NullLogger.Instance),
            new CommitPolling());
        var waiting = signals.WaitAsync(signals.Ready, signals.Ready.Version, CancellationToken.None);

        signals.Close(new ObjectDisposedException("queue"));
        await Task.Run(commits.Stop).WaitAsync(QueueDirectory.Limit);

        // A wait that met the failed look before the close has ended without an error.
        await Task.WhenAny(waiting).WaitAsync(QueueDirectory.Limit);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => signals.WaitAsync(signals.Ready, signals.Ready.Version, CancellationToken.None));
    }
}
