using System.Diagnostics;
using DurableQueue.Tests.Processes;
using DurableQueue.Tests.Sqlite;
using DurableQueue.Tests.Worker;
using Xunit;

namespace DurableQueue.Tests.Faults;

/// <summary>Another program holds SQLite's exclusive lock on the file, without taking the file lock.</summary>
public sealed class ForeignLockTests : ProcessTest
{
    /// <summary>Short, where a test waits for it to be over.</summary>
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Write_LockedForAWhile_EveryCallerWaitsAndNoneFails()
    {
        await using var queue = await OpenAsync();
        var locker = await StartAndGoAsync("lock");
        await locker.WaitForLineAsync("locked");

        var calls = Enumerable.Range(0, 200).Select(_ => queue.EnqueueAsync(new NewTask("t")).AsTask()).ToArray();
        Assert.NotNull(await queue.Inspector.CountAsync().AsTask().WaitAsync(Guard));
        Assert.All(calls, call => Assert.False(call.IsCompleted));
        locker.Stop();
        var ids = await Task.WhenAll(calls).WaitAsync(Guard);

        Assert.Equal(200, ids.Distinct().Count());
        Assert.Equal(0, await locker.ExitAsync());
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Write_LockedTooLong_IsBusyAfterTheTimeoutAndWorksAgain()
    {
        await using var queue = await OpenAsync(new SqliteQueueOptions { BusyTimeout = BusyTimeout });
        var locker = await StartAndGoAsync("lock");
        await locker.WaitForLineAsync("locked");

        var errors = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            var started = Stopwatch.GetTimestamp();
            var error = await Assert.ThrowsAsync<QueueStorageException>(() => queue.EnqueueAsync(new NewTask("t")).AsTask());
            return (error.Error, After: Stopwatch.GetElapsedTime(started));
        })).WaitAsync(Guard);

        Assert.All(errors, error => Assert.Equal(QueueStorageError.Busy, error.Error));
        Assert.All(errors, error => Assert.True(error.After >= BusyTimeout, $"{error.After}"));
        locker.Stop();
        await locker.WaitForLineAsync("unlocked");
        await queue.EnqueueWhenFreeAsync(new NewTask("t"), Guard);
        Assert.Equal(1, (await queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Worker_LockedTooLongWhenTheHandlersReturn_StoresEachOutcomeOnce()
    {
        var runs = 0;
        var running = new CountdownEvent(4);
        using var mayReturn = new SemaphoreSlim(0);
        await using var host = await TestHost.StartAsync(
            queue => queue
                .AddHandler("slow", async (string _, TaskContext _, CancellationToken token) =>
                {
                    Interlocked.Increment(ref runs);
                    running.Signal();
                    await mayReturn.WaitAsync(token);
                })
                .AddWorker(worker => worker.Concurrency = 4),
            null,
            sqlite => sqlite with { BusyTimeout = BusyTimeout });
        var ids = new List<TaskId>();
        for (var i = 0; i < 4; i++)
        {
            ids.Add(await host.Queue.EnqueueAsync("slow", ""));
        }

        Assert.True(await Task.Run(() => running.Wait(Guard)));
        var locker = ChildProcess.Start(["lock", $"db={host.Path}"]);
        await using (locker)
        {
            await locker.WaitForLineAsync("ready");
            locker.Go();
            await locker.WaitForLineAsync("locked");
            mayReturn.Release(4);

            // The completions are refused, and tried again.
            await host.Logs.Logged(203);
            locker.Stop();
            var summary = await host.Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).AsTask().WaitAsync(Guard);

            Assert.Equal(4, summary.Succeeded);
            Assert.All(summary.Tasks, task => Assert.Equal(1, task.Attempt));
            Assert.Equal(4, runs);
            Assert.Contains("unlocked", locker.Lines);
        }

        running.Dispose();
    }
}
