using System.Diagnostics;
using DurableQueue.Sqlite;
using DurableQueue.Sqlite.Operations;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>Which commits of the writer are synced, and what becomes of operations whose transaction has to be begun again.</summary>
public sealed class WriterSyncTests : IDisposable
{
    private readonly LoneWriter lone = new(unsynced: true);
    private readonly TaskCompletionSource taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FileLock fileLock;

    /// <summary>A writer that does not know the file lock.</summary>
    private readonly WriteConnection foreign;

    public WriterSyncTests() => (fileLock, foreign) = (new FileLock(lone.File.Paths.Lock), lone.File.OpenWriter());

    public void Dispose()
    {
        foreign.Dispose();
        fileLock.Dispose();
        lone.Dispose();
    }

    // As they are after the mark of a checkpoint.
    [Fact]
    public async Task Run_CommitsAreNotSynced_SyncsThem()
    {
        using var synced = new LoneWriter();
        synced.Db.SyncCommits(false);

        await synced.Run(1);

        Assert.Equal(2L, synced.Db["PRAGMA synchronous"].Scalar());
    }

    [Fact]
    public async Task Run_UnsyncedBatchNeedsASync_RunsAgainAsOne()
    {
        await lone.Writer.DoAsync(new SyncLog(), default);

        var calls = ClaimTogether(then: context => context.RequireSync());

        Assert.Equal(Enumerable.Range(1, 3), await Task.WhenAll(calls).WaitAsync(LoneWriter.Limit));
        Assert.Equal([0, 6], lone.Batches);
        Assert.Equal([1L, 2L, 3L], lone.Marks());
        Assert.False(lone.Writer.HasUnsynced);
    }

    [Fact]
    public async Task Run_UnsyncedBatchNeedsASyncAndAForeignWriterIsFaster_WaitsForIt()
    {
        await lone.Writer.DoAsync(new SyncLog(), default);
        var calls = ClaimTogether(then: context =>
        {
            context.RequireSync();
            LetForeignWriterIn();
        });
        await WaitForTriesAsync(calls);

        foreign.Execute("ROLLBACK");

        Assert.Equal(Enumerable.Range(1, 3), await Task.WhenAll(calls).WaitAsync(LoneWriter.Limit));
        Assert.Equal([0, 6], lone.Batches);
        Assert.Equal([1L, 2L, 3L], lone.Marks());
    }

    [Fact]
    public async Task Run_BatchFailedAndAForeignWriterIsFaster_WaitsForIt()
    {
        fileLock.Enter();
        var first = lone.Run(1).AsTask();
        var second = lone.Writer.RunAsync(new LoneWriter.Mark(2, FailOnce, lone.CountRun), default).AsTask();
        var last = lone.Run(3).AsTask();
        fileLock.Exit();
        await WaitForTriesAsync(first, second, last);

        foreign.Execute("ROLLBACK");

        Assert.Equal(Enumerable.Range(1, 3), await Task.WhenAll(first, second, last).WaitAsync(LoneWriter.Limit));
        Assert.Equal([1L, 2L, 3L], lone.Marks());

        void FailOnce()
        {
            if (!taken.Task.IsCompleted)
            {
                LetForeignWriterIn();
                throw new InvalidOperationException("broken");
            }
        }
    }

    /// <summary>Three operations in one batch, the last of which does something more.</summary>
    private Task<int>[] ClaimTogether(Action<WriteContext> then)
    {
        fileLock.Enter();
        Task<int>[] calls = [.. Enumerable.Range(1, 3).Select(value => lone.Writer.RunAsync(new Claim(value, value == 3 ? then : null, lone.CountRun), default).AsTask())];
        fileLock.Exit();
        return calls;
    }

    /// <summary>The first time: ends the writer's transaction, and begins one of the foreign writer.</summary>
    private void LetForeignWriterIn()
    {
        if (!taken.Task.IsCompleted)
        {
            lone.Db.Execute("ROLLBACK");
            foreign.Execute("BEGIN IMMEDIATE");
            taken.SetResult();
        }
    }

    /// <summary>Until the writer has found the file taken, or a call has ended.</summary>
    private async Task WaitForTriesAsync(params Task[] calls)
    {
        await taken.Task.WaitAsync(LoneWriter.Limit);
        var clock = Stopwatch.StartNew();
        var before = lone.Writer.Batches;
        while (lone.Writer.Batches < before + 2 && !calls.Any(call => call.IsCompleted) && clock.Elapsed < LoneWriter.Limit)
        {
            await Task.Yield();
        }
    }

    private sealed class Claim(int value, Action<WriteContext>? then, Action ran) : LoneWriter.Mark(value, null, ran)
    {
        public override bool MayBeUnsynced => true;

        protected override int Execute(WriteContext context)
        {
            var answer = base.Execute(context);
            then?.Invoke(context);
            return answer;
        }
    }
}
