using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Sqlite.Verification;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>The writer by itself, with operations made for the test.</summary>
public sealed class WriterTests : IDisposable
{
    private static readonly TimeSpan Limit = LoneWriter.Limit;

    private readonly LoneWriter lone = new();

    public void Dispose() => lone.Dispose();

    [Fact]
    public async Task Run_CallerAlone_CompletesOnItsThread()
    {
        var answer = lone.Run(1).AsTask();

        Assert.True(answer.IsCompleted);
        Assert.Equal(1, await answer);
    }

    [Fact]
    public async Task Run_WhileTheGateIsHeld_AreOneBatch()
    {
        using var other = new FileLock(lone.File.Paths.Lock);
        other.Enter();
        var calls = Enumerable.Range(1, 50).Select(i => lone.Run(i).AsTask()).ToArray();

        other.Exit();

        Assert.Equal(Enumerable.Range(1, 50), await Task.WhenAll(calls).WaitAsync(Limit));
        Assert.Equal([50], lone.Batches);
    }

    [Fact]
    public async Task Run_ManyStartedWithoutAwaiting_AreFewBatches()
    {
        var calls = Enumerable.Range(1, 1_000).Select(i => lone.Run(i).AsTask()).ToArray();

        await Task.WhenAll(calls).WaitAsync(Limit);

        Assert.Equal(1_000, lone.Batches.Sum());
        Assert.InRange(lone.Batches.Count, 1, 500);
    }

    [Fact]
    public async Task Run_OneFailsInTheMiddleOfItsWrites_FailsAlone()
    {
        using var other = new FileLock(lone.File.Paths.Lock);
        other.Enter();
        var good = lone.Run(1).AsTask();
        var bad = lone.Writer.RunAsync(new LoneWriter.Mark(2, () => throw new InvalidOperationException("broken"), lone.CountRun), default).AsTask();
        var twin = lone.Run(1).AsTask();
        var last = lone.Run(3).AsTask();

        other.Exit();

        Assert.Equal(1, await good.WaitAsync(Limit));
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad.WaitAsync(Limit));
        await Assert.ThrowsAsync<QueueStorageException>(() => twin.WaitAsync(Limit));
        Assert.Equal(3, await last.WaitAsync(Limit));
        Assert.Equal([1L, 3L], lone.Marks());
    }

    [Fact]
    public async Task Run_CallersMistakeBeforeTheFirstWrite_CostsTheOthersNothing()
    {
        using var other = new FileLock(lone.File.Paths.Lock);
        other.Enter();
        var good = lone.Run(1).AsTask();
        var bad = lone.Writer.RunAsync(new LoneWriter.Mark(null, () => throw new ArgumentException("wrong"), lone.CountRun), default).AsTask();
        var last = lone.Run(3).AsTask();

        other.Exit();

        Assert.Equal(1, await good.WaitAsync(Limit));
        await Assert.ThrowsAsync<ArgumentException>(() => bad.WaitAsync(Limit));
        Assert.Equal(3, await last.WaitAsync(Limit));
        Assert.Equal([3], lone.Batches);
    }

    [Fact]
    public async Task Run_CallersMistakeAfterAWrite_IsUndoneAndCostsTheOthersNothing()
    {
        using var other = new FileLock(lone.File.Paths.Lock);
        other.Enter();
        var good = lone.Run(1).AsTask();
        var bad = lone.Writer.RunAsync(new LoneWriter.Mark(2, () => throw new ArgumentException("wrong"), lone.CountRun), default).AsTask();
        var last = lone.Run(3).AsTask();

        other.Exit();

        await Task.WhenAll(good, last).WaitAsync(Limit);
        await Assert.ThrowsAsync<ArgumentException>(() => bad.WaitAsync(Limit));
        Assert.Equal([1L, 3L], lone.Marks());
    }

    [Fact]
    public async Task Run_OperationThatTakesLong_BeginsABatchOfItsOwn()
    {
        using var other = new FileLock(lone.File.Paths.Lock);
        other.Enter();
        var before = lone.Run(1).AsTask();
        var longer = lone.Writer.RunAsync(new LongMark(2, lone.CountRun), default).AsTask();
        var after = lone.Run(3).AsTask();

        other.Exit();

        await Task.WhenAll(before, longer, after).WaitAsync(Limit);
        Assert.Equal([1, 2], lone.Batches);
    }

    [Fact]
    public async Task Run_TimePassesInsideABatch_TheNextOperationSeesItsOwnTime()
    {
        using var other = new FileLock(lone.File.Paths.Lock);
        other.Enter();
        var slow = lone.Writer.RunAsync(new LoneWriter.Mark(1, () => lone.Time.Advance(TimeSpan.FromMinutes(5)), lone.CountRun), default).AsTask();
        var before = lone.Time.GetUtcNow();
        var next = lone.Writer.RunAsync(new ReadClock(lone.CountRun), default).AsTask();

        other.Exit();

        await slow.WaitAsync(Limit);
        Assert.Equal((before + TimeSpan.FromMinutes(5)).ToUnixTimeMilliseconds(), await next.WaitAsync(Limit));
        Assert.Equal([2], lone.Batches);
    }

    [Fact]
    public async Task Run_TurnIsOver_TheRestIsTheNextBatch()
    {
        using var other = new FileLock(lone.File.Paths.Lock);
        other.Enter();
        var slow = lone.Writer.RunAsync(new LoneWriter.Mark(1, () => lone.TurnClock.Advance(WriterTurn.LongestBatch), lone.CountRun), default).AsTask();
        var rest = Enumerable.Range(2, 3).Select(i => lone.Run(i).AsTask()).ToArray();

        other.Exit();

        await slow.WaitAsync(Limit);
        await Task.WhenAll(rest).WaitAsync(Limit);
        Assert.Equal([1, 3], lone.Batches);
    }

    [Fact]
    public async Task Run_TransactionEndedBySqlite_IsRunAgainAlone()
    {
        using var other = new FileLock(lone.File.Paths.Lock);
        other.Enter();
        var good = lone.Run(1).AsTask();

        // As SQLite does by itself on a full disk: the transaction is gone in the middle of the batch.
        var tries = 0;
        var bad = lone.Writer.RunAsync(
            new LoneWriter.Mark(2, () => Assert.Equal(0, tries++ == 0 ? lone.Db.TryExecute("ROLLBACK") : 0), lone.CountRun), default).AsTask();
        other.Exit();

        Assert.Equal(1, await good.WaitAsync(Limit));
        Assert.Equal(2, await bad.WaitAsync(Limit));
        Assert.Equal([1L, 2L], lone.Marks());
    }

    [Fact]
    public async Task Run_RunAgainAloneAfterAnError_EachCommitIsAnnounced()
    {
        using var other = new FileLock(lone.File.Paths.Lock);
        other.Enter();
        var first = lone.Run(1).AsTask();
        var bad = lone.Writer.RunAsync(new LoneWriter.Mark(2, () => throw new InvalidOperationException("broken"), lone.CountRun), default).AsTask();
        var last = lone.Run(3).AsTask();

        other.Exit();

        await Task.WhenAll(first, last).WaitAsync(Limit);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad.WaitAsync(Limit));
        Assert.Equal(2, lone.Batches.Count);
    }

    [Fact]
    public async Task Run_OneDoesNotFitOnTheDisk_FailsAloneWithFull()
    {
        var rules = new NewTaskRules(64 * 1024 * 1024, TimeProvider.System);
        using var other = new FileLock(lone.File.Paths.Lock);
        lone.Db.Execute($"PRAGMA max_page_count = {lone.Db["PRAGMA page_count"].Scalar() + 50}");
        other.Enter();
        var good = lone.Writer.RunAsync(new EnqueueTasks([rules.CheckOne(new NewTask("t"))]), default).AsTask();
        var bad = lone.Writer.RunAsync(new EnqueueTasks([rules.CheckOne(new NewTask("t", new byte[1024 * 1024]))]), default).AsTask();
        var last = lone.Writer.RunAsync(new EnqueueTasks([rules.CheckOne(new NewTask("t"))]), default).AsTask();

        other.Exit();

        Assert.Single(await good.WaitAsync(Limit));
        Assert.Single(await last.WaitAsync(Limit));
        var error = await Assert.ThrowsAsync<QueueStorageException>(() => bad.WaitAsync(Limit));
        Assert.Equal(QueueStorageError.Full, error.Error);
        lone.Db.Execute("PRAGMA max_page_count = 1000000");
        Assert.Single(await lone.Writer.RunAsync(new EnqueueTasks([rules.CheckOne(new NewTask("t", new byte[1024 * 1024]))]), default).AsTask().WaitAsync(Limit));
        var verification = Inconsistencies.Verify(lone.Db, CancellationToken.None);
        Assert.True(verification.IsSound);
        Assert.Equal(3, verification.Tasks);
    }

    private sealed class LongMark(int value, Action ran) : LoneWriter.Mark(value, null, ran)
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
