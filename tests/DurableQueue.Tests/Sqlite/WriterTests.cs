using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Sqlite.Verification;
using DurableQueue.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>The writer by itself, with operations made for the test.</summary>
public sealed class WriterTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-");
    private readonly List<int> batches = [];
    private readonly ManualTimeProvider time = new();
    private readonly Dispatcher dispatcher = new();

    /// <summary>Turns end when a test says so, and not because the machine is slow.</summary>
    private readonly ManualTimeProvider turnClock = new();
    private FileLock fileLock = null!;
    private WriteConnection db = null!;
    private Writer writer = null!;
    private int batchOperations;

    public Task InitializeAsync()
    {
        SQLitePCL.Batteries_V2.Init();
        var file = new QueueFile(Path.Combine(directory.FullName, "queue.db"), new SqliteQueueOptions());
        file.Create();
        fileLock = new FileLock(file.Paths.Lock);
        db = file.OpenWriter();
        Migrations.Apply(db);
        db.Execute("CREATE TABLE mark (value INTEGER UNIQUE)");
        var context = TestContexts.Of(db, time);
        var opened = new OpenedFile(file, fileLock, new FilePresence(file.Paths, fileLock, NullLogger.Instance), db, dispatcher);
        var checkpoints = new Checkpoints(db, opened.Presence, NullLogger.Instance);
        var waiting = new WaitingWorkers((_, _) => throw new InvalidOperationException(), () => { }, dispatcher);
        writer = new Writer(context, opened, checkpoints, Limit, turnClock, waiting, _ =>
        {
            batches.Add(batchOperations);
            batchOperations = 0;
        });
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        writer.Dispose();
        db.Dispose();
        fileLock.Dispose();
        dispatcher.Dispose();
        directory.Delete(recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Run_CallerAlone_CompletesOnItsThread()
    {
        var answer = Run(1).AsTask();

        Assert.True(answer.IsCompleted);
        Assert.Equal(1, await answer);
    }

    [Fact]
    public async Task Run_WhileTheGateIsHeld_AreOneBatch()
    {
        using var other = new FileLock(Path.Combine(directory.FullName, "queue.db-gate"));
        other.Enter();
        var calls = Enumerable.Range(1, 50).Select(i => Run(i).AsTask()).ToArray();

        other.Exit();

        Assert.Equal(Enumerable.Range(1, 50), await Task.WhenAll(calls).WaitAsync(Limit));
        Assert.Equal([50], batches);
    }

    [Fact]
    public async Task Run_ManyStartedWithoutAwaiting_AreFewBatches()
    {
        var calls = Enumerable.Range(1, 1_000).Select(i => Run(i).AsTask()).ToArray();

        await Task.WhenAll(calls).WaitAsync(Limit);

        Assert.Equal(1_000, batches.Sum());
        Assert.InRange(batches.Count, 1, 500);
    }

    [Fact]
    public async Task Run_OneFailsInTheMiddleOfItsWrites_FailsAlone()
    {
        using var other = new FileLock(Path.Combine(directory.FullName, "queue.db-gate"));
        other.Enter();
        var good = Run(1).AsTask();
        var bad = writer.RunAsync(new Mark(2, () => throw new InvalidOperationException("broken"), () => batchOperations++), default).AsTask();
        var twin = Run(1).AsTask();
        var last = Run(3).AsTask();

        other.Exit();

        Assert.Equal(1, await good.WaitAsync(Limit));
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad.WaitAsync(Limit));
        await Assert.ThrowsAsync<QueueStorageException>(() => twin.WaitAsync(Limit));
        Assert.Equal(3, await last.WaitAsync(Limit));
        Assert.Equal([1L, 3L], Marks());
    }

    [Fact]
    public async Task Run_CallersMistakeBeforeTheFirstWrite_CostsTheOthersNothing()
    {
        using var other = new FileLock(Path.Combine(directory.FullName, "queue.db-gate"));
        other.Enter();
        var good = Run(1).AsTask();
        var bad = writer.RunAsync(new Mark(null, () => throw new ArgumentException("wrong"), () => batchOperations++), default).AsTask();
        var last = Run(3).AsTask();

        other.Exit();

        Assert.Equal(1, await good.WaitAsync(Limit));
        await Assert.ThrowsAsync<ArgumentException>(() => bad.WaitAsync(Limit));
        Assert.Equal(3, await last.WaitAsync(Limit));
        Assert.Equal([3], batches);
    }

    [Fact]
    public async Task Run_CallersMistakeAfterAWrite_IsUndoneAndCostsTheOthersNothing()
    {
        using var other = new FileLock(Path.Combine(directory.FullName, "queue.db-gate"));
        other.Enter();
        var good = Run(1).AsTask();
        var bad = writer.RunAsync(new Mark(2, () => throw new ArgumentException("wrong"), () => batchOperations++), default).AsTask();
        var last = Run(3).AsTask();

        other.Exit();

        await Task.WhenAll(good, last).WaitAsync(Limit);
        await Assert.ThrowsAsync<ArgumentException>(() => bad.WaitAsync(Limit));
        Assert.Equal([1L, 3L], Marks());
    }

    [Fact]
    public async Task Run_OperationThatTakesLong_BeginsABatchOfItsOwn()
    {
        using var other = new FileLock(Path.Combine(directory.FullName, "queue.db-gate"));
        other.Enter();
        var before = Run(1).AsTask();
        var longer = writer.RunAsync(new LongMark(2, () => batchOperations++), default).AsTask();
        var after = Run(3).AsTask();

        other.Exit();

        await Task.WhenAll(before, longer, after).WaitAsync(Limit);
        Assert.Equal([1, 2], batches);
    }

    [Fact]
    public async Task Run_TimePassesInsideABatch_TheNextOperationSeesItsOwnTime()
    {
        using var other = new FileLock(Path.Combine(directory.FullName, "queue.db-gate"));
        other.Enter();
        var slow = writer.RunAsync(new Mark(1, () => time.Advance(TimeSpan.FromMinutes(5)), () => batchOperations++), default).AsTask();
        var before = time.GetUtcNow();
        var next = writer.RunAsync(new ReadClock(() => batchOperations++), default).AsTask();

        other.Exit();

        await slow.WaitAsync(Limit);
        Assert.Equal((before + TimeSpan.FromMinutes(5)).ToUnixTimeMilliseconds(), await next.WaitAsync(Limit));
        Assert.Equal([2], batches);
    }

    [Fact]
    public async Task Run_TurnIsOver_TheRestIsTheNextBatch()
    {
        using var other = new FileLock(Path.Combine(directory.FullName, "queue.db-gate"));
        other.Enter();
        var slow = writer.RunAsync(new Mark(1, () => turnClock.Advance(WriterTurn.LongestBatch), () => batchOperations++), default).AsTask();
        var rest = Enumerable.Range(2, 3).Select(i => Run(i).AsTask()).ToArray();

        other.Exit();

        await slow.WaitAsync(Limit);
        await Task.WhenAll(rest).WaitAsync(Limit);
        Assert.Equal([1, 3], batches);
    }

    [Fact]
    public async Task Run_TransactionEndedBySqlite_IsRunAgainAlone()
    {
        using var other = new FileLock(Path.Combine(directory.FullName, "queue.db-gate"));
        other.Enter();
        var good = Run(1).AsTask();

        // As SQLite does by itself on a full disk: the transaction is gone in the middle of the batch.
        var tries = 0;
        var bad = writer.RunAsync(
            new Mark(2, () => Assert.Equal(0, tries++ == 0 ? db.TryExecute("ROLLBACK") : 0), () => batchOperations++), default).AsTask();
        other.Exit();

        Assert.Equal(1, await good.WaitAsync(Limit));
        Assert.Equal(2, await bad.WaitAsync(Limit));
        Assert.Equal([1L, 2L], Marks());
    }

    [Fact]
    public async Task Run_RunAgainAloneAfterAnError_EachCommitIsAnnounced()
    {
        using var other = new FileLock(Path.Combine(directory.FullName, "queue.db-gate"));
        other.Enter();
        var first = Run(1).AsTask();
        var bad = writer.RunAsync(new Mark(2, () => throw new InvalidOperationException("broken"), () => batchOperations++), default).AsTask();
        var last = Run(3).AsTask();

        other.Exit();

        await Task.WhenAll(first, last).WaitAsync(Limit);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad.WaitAsync(Limit));
        Assert.Equal(2, batches.Count);
    }

    [Fact]
    public async Task Run_OneDoesNotFitOnTheDisk_FailsAloneWithFull()
    {
        var rules = new NewTaskRules(64 * 1024 * 1024, TimeProvider.System);
        using var other = new FileLock(Path.Combine(directory.FullName, "queue.db-gate"));
        db.Execute($"PRAGMA max_page_count = {db["PRAGMA page_count"].Scalar() + 50}");
        other.Enter();
        var good = writer.RunAsync(new EnqueueTasks([rules.CheckOne(new NewTask("t"))]), default).AsTask();
        var bad = writer.RunAsync(new EnqueueTasks([rules.CheckOne(new NewTask("t", new byte[1024 * 1024]))]), default).AsTask();
        var last = writer.RunAsync(new EnqueueTasks([rules.CheckOne(new NewTask("t"))]), default).AsTask();

        other.Exit();

        Assert.Single(await good.WaitAsync(Limit));
        Assert.Single(await last.WaitAsync(Limit));
        var error = await Assert.ThrowsAsync<QueueStorageException>(() => bad.WaitAsync(Limit));
        Assert.Equal(QueueStorageError.Full, error.Error);
        db.Execute("PRAGMA max_page_count = 1000000");
        Assert.Single(await writer.RunAsync(new EnqueueTasks([rules.CheckOne(new NewTask("t", new byte[1024 * 1024]))]), default).AsTask().WaitAsync(Limit));
        var verification = Inconsistencies.Verify(db, CancellationToken.None);
        Assert.True(verification.IsSound);
        Assert.Equal(3, verification.Tasks);
    }

    private ValueTask<int> Run(int value) => writer.RunAsync(new Mark(value, null, () => batchOperations++), default);

    private List<long> Marks()
    {
        var values = new List<long>();
        var select = db["SELECT value FROM mark ORDER BY value"];
        while (select.Step())
        {
            values.Add(select.Long(0));
        }

        return values;
    }

    private class Mark(int? value, Action? then, Action ran) : WriteOperation<int>
    {
        private const string Insert = "INSERT INTO mark (value) VALUES (@value)";

        protected override int Execute(WriteContext context)
        {
            ran();
            if (value is { } number)
            {
                context.Db[Insert].Bind("@value", number).Run();
            }

            then?.Invoke();
            return value ?? 0;
        }
    }

    private sealed class LongMark(int value, Action ran) : Mark(value, null, ran)
    {
        public override bool StartsBatch => true;
    }

    private sealed class ReadClock(Action ran) : WriteOperation<long>
    {
        protected override long Execute(WriteContext context)
        {
            ran();
            return context.NowMs;
        }
    }
}
