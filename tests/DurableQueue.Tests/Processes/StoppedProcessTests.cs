using DurableQueue.Storage;
using DurableQueue.Tests.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Processes;

public sealed class StoppedProcessTests(ITestOutputHelper output) : ProcessTest
{
    [Fact]
    public async Task Stop_ProcessThatHoldsNothing_HoldsUpNobody()
    {
        await using var queue = await OpenAsync();
        var stopped = await StartAndGoAsync("idle");
        await StopWithNothingHeldAsync(stopped);

        try
        {
            var ids = await queue.EnqueueAsync([.. Enumerable.Range(0, 100).Select(_ => new NewTask("work"))]).AsTask().WaitAsync(Guard);
            var worker = await StartAndGoAsync("work", "name=w", "threads=2");
            var summary = await queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).AsTask().WaitAsync(Guard);

            Assert.True(summary.AllSucceeded);
            Assert.Equal(0, await worker.ExitAsync());
            Assert.Equal(0, await queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.FromDays(1))).AsTask().WaitAsync(Guard));
        }
        finally
        {
            stopped.Continue();
        }

        stopped.Stop();
        Assert.Equal(0, await stopped.ExitAsync());
    }

    [Fact]
    public async Task Stop_ProcessThatHoldsTheGate_OthersAreBusyUntilItGoesOn()
    {
        var options = new SqliteQueueOptions { BusyTimeout = TimeSpan.FromMilliseconds(500), BackgroundSweeps = false };
        await using var queue = await OpenAsync(options);
        var id = await queue.EnqueueAsync(new NewTask("mine"));
        var stopped = await StartAndGoAsync("produce", "name=p", "callers=4", "pause=0");
        await stopped.WaitForLinesAsync("enqueued", 20);
        await StopWithTheFileLockHeldAsync(stopped);

        try
        {
            for (var call = 0; call < 2; call++)
            {
                var error = await Assert.ThrowsAsync<QueueStorageException>(() => queue.EnqueueAsync(new NewTask("mine")).AsTask().WaitAsync(Guard));
                Assert.Equal(QueueStorageError.Busy, error.Error);
            }

            Assert.NotNull(await queue.Inspector.GetAsync(id).AsTask().WaitAsync(Guard));
        }
        finally
        {
            stopped.Continue();
        }

        // Whoever waited in the kernel's line gets its turn.
        await queue.EnqueueWhenFreeAsync(new NewTask("mine"), Guard);

        stopped.Stop();
        Assert.Equal(0, await stopped.ExitAsync());
        Assert.Equal(2, (await queue.Inspector.QueryAsync(new TaskQuery { Types = ["mine"], Limit = 10 })).Tasks.Count);
        var acknowledged = stopped.Lines.Count(line => line.StartsWith("enqueued ", StringComparison.Ordinal));
        Assert.Equal(acknowledged + 2, (await queue.Inspector.CountAsync()).Total.Total);
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Stop_WorkerForLongerThanItsLease_ItsReportIsRefusedAndTheTaskRunsElsewhere()
    {
        await using var queue = await OpenAsync();
        var id = await queue.EnqueueAsync(new NewTask("work"));
        var stopped = await StartAndGoAsync("hold", "name=frozen", "lease=500", "then=complete");
        await stopped.WaitForLineAsync($"leased {id} 1 1");
        await StopWithNothingHeldAsync(stopped);
        LeasedTask? again = null;
        var signals = queue.Signals;
        while (again is null)
        {
            var seen = signals.ReadyVersion;
            again = await queue.CheckoutAsync(new CheckoutRequest { Worker = "awake" });
            if (again is null)
            {
                await signals.WaitForReadyAsync(seen, CancellationToken.None).WaitAsync(Guard);
            }
        }

        Assert.Equal((id, 2, 2L), (again.Id, again.Attempt, again.Lease.Token));
        stopped.Continue();
        stopped.Stop();
        await stopped.WaitForLineAsync($"lost {id}");

        Assert.True(await queue.CompleteAsync(again.Lease));
        Assert.Equal(0, await stopped.ExitAsync());
        Assert.Equal(TaskOutcome.Abandoned, Assert.Single(await queue.Inspector.GetAttemptsAsync(id)).Outcome);
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    /// <summary>Stops it at different moments until it holds the file lock: the one that flock takes.</summary>
    private static async Task StopWithTheFileLockHeldAsync(ChildProcess child)
    {
        using var guard = new CancellationTokenSource(Guard);
        while (true)
        {
            child.Pause();
            await UntilStoppedAsync(child, guard.Token);
            if ((await HoldsAsync(child, guard.Token)).Exists(line => line.Contains("FLOCK", StringComparison.Ordinal)))
            {
                return;
            }

            child.Continue();
            await Task.Yield();
        }
    }

    /// <summary>
    /// An open queue does things by itself now and then. Stopped in the middle of one it would keep the others out, as anything does that is
    /// stopped with a lock: then it goes on for a moment and is stopped again.
    /// </summary>
    private async Task StopWithNothingHeldAsync(ChildProcess child)
    {
        using var guard = new CancellationTokenSource(Guard);
        child.Pause();
        await UntilStoppedAsync(child, guard.Token);
        while (await HoldsAsync(child, guard.Token) is { Count: > 0 } held)
        {
            output.WriteLine($"stopped while it held: {string.Join(" / ", held)}");
            child.Continue();
            await Task.Yield();
            child.Pause();
            await UntilStoppedAsync(child, guard.Token);
        }
    }

    /// <summary>The exclusive locks of a process; lines of the kernel's list with an arrow are requests that wait.</summary>
    private static async Task<List<string>> HoldsAsync(ChildProcess child, CancellationToken cancellationToken) =>
    [
        .. (await File.ReadAllLinesAsync("/proc/locks", cancellationToken))
            .Where(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, not "->", _, "WRITE", var holder, ..] && holder == $"{child.Id}"),
    ];

    private static async Task UntilStoppedAsync(ChildProcess child, CancellationToken cancellationToken)
    {
        // The third field, behind the name in parentheses, is the state; nobody tells its change.
        while ((await File.ReadAllTextAsync($"/proc/{child.Id}/stat", cancellationToken)).Split(')')[^1].TrimStart()[0] != 'T')
        {
            await Task.Yield();
        }
    }
}
