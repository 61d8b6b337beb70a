using DurableQueue.Sqlite;
using DurableQueue.Storage;
using SQLitePCL;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

public sealed class MaintenanceTests : IDisposable
{
    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Round_SettlingLeftByAProcessThatDied_IsWorkedOff()
    {
        await using var queue = await directory.OpenAsync(backgroundSweeps: true);

        // More than once: the first may be done by the look that comes with opening.
        for (var round = 1; round <= 3; round++)
        {
            var parent = await queue.EnqueueAsync(new NewTask("parent") { Stashed = true });
            var child = await queue.EnqueueAsync(new NewTask("child") { After = [parent] });
            directory.Execute(
                $"""
                BEGIN;
                UPDATE task SET state = 2, outcome = 1, holds = 0, finished_at_ms = 1, finish_sequence = {round} WHERE id = {parent};
                UPDATE task_group SET queued = queued - 1, done = done + 1;
                UPDATE queue_state SET finish_sequence = {round};
                INSERT INTO settling (kind, subject, done_through) VALUES (0, {parent}, 0);
                COMMIT;
                """);

            Assert.Equal(child, (await NextAsync(queue)).Id);
        }
    }

    /// <summary>No timer runs for longer than a day.</summary>
    [Fact]
    public async Task Timer_DelayOfDays_IsSetAgainEachDay()
    {
        await using var queue = await directory.OpenAsync();
        var signals = queue.Signals;
        var id = await queue.EnqueueAsync(new NewTask("t") { Delay = TimeSpan.FromDays(3) });
        for (var day = 1; day <= 3; day++)
        {
            var seen = signals.ReadyVersion;
            directory.Time.Advance(TimeSpan.FromDays(1));
            Assert.True(signals.ReadyVersion > seen, $"Nothing was told on day {day}.");
            Assert.Equal(day < 3 ? null : id, (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))?.Id);
        }
    }

    [Fact]
    public async Task Seen_AnotherWorkerRunsAnAdoptedAttemptAndWasNotSeenForADay_IsKept()
    {
        await using var queue = await directory.OpenAsync();
        var request = new CheckoutRequest { Worker = "w", AdoptedTypes = ["command"] };
        await queue.EnqueueAsync(new NewTask("command"));
        var task = await queue.CheckoutAsync(request);
        directory.Time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(HeartbeatResult.Renewed, await queue.HeartbeatAsync(task!.Lease));

        using (var db = new QueueFile(directory.FilePath, new SqliteQueueOptions()).OpenWriter())
        {
            var context = TestContexts.Of(db, directory.Time);
            db.Execute("BEGIN IMMEDIATE");
            context.Begin();
            context.Workers.MarkSeen(context.NowMs);
            context.Flush();
            db.Execute("COMMIT");
        }

        // Without its row it would count as gone, and its command be taken from it.
        Assert.Equal(1L, directory.Execute("SELECT count(*) FROM worker"));
        Assert.Empty(await queue.TakeOverAsync(request with { Worker = "other" }, 1));
    }

    [Fact]
    public async Task Dispose_AnotherProcessCommittedSinceTheCheckout_RemovesTheWorkers()
    {
        await using var other = await directory.OpenAsync();
        await using (var queue = await directory.OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask("t"));
            Assert.NotNull(await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }));
            await other.EnqueueAsync(new NewTask("t"));
            await queue.EnqueueAsync(new NewTask("t"));
        }

        Assert.Equal(0L, directory.Execute("SELECT count(*) FROM worker"));
    }

    [Fact]
    public async Task Flush_ReapingWaitsAfterAJump_NextDeadlineIsItsEnd()
    {
        await using (var queue = await directory.OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask("t"));
            Assert.NotNull(await queue.CheckoutAsync(new CheckoutRequest { Worker = "w", LeaseDuration = TimeSpan.FromSeconds(300) }));
        }

        Batteries_V2.Init();
        using var db = new QueueFile(directory.FilePath, new SqliteQueueOptions()).OpenWriter();
        var context = TestContexts.Of(db, directory.Time);
        directory.Time.JumpWallClock(TimeSpan.FromHours(1));
        db.Execute("BEGIN IMMEDIATE");
        context.Begin();
        context.Flush();
        db.Execute("COMMIT");

        Assert.Equal(context.NowMs + 100_000, context.Effects.NextDeadlineMs);
    }

    [Fact]
    public async Task Reap_ClockSetBackBeforeTheHeartbeat_TakesTheLeaseAtItsNewExpiry()
    {
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync(new NewTask("t"));
        var task = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w", LeaseDuration = TimeSpan.FromMinutes(5) });
        directory.Time.JumpWallClock(TimeSpan.FromHours(-1));
        Assert.Equal(HeartbeatResult.Renewed, await queue.HeartbeatAsync(task!.Lease));

        directory.Time.Advance(TimeSpan.FromMinutes(6));

        Assert.Equal(1, await queue.ReapExpiredAsync());
    }

    /// <summary>The next task that becomes ready after the sweep of the next second.</summary>
    private async Task<LeasedTask> NextAsync(SqliteTaskQueue queue)
    {
        var signals = queue.Signals;
        var seen = signals.ReadyVersion;
        directory.Time.Advance(TimeSpan.FromSeconds(1));
        while (true)
        {
            if (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }) is { } task)
            {
                return task;
            }

            await signals.WaitForReadyAsync(seen, CancellationToken.None).WaitAsync(QueueDirectory.Limit);
            seen = signals.ReadyVersion;
        }
    }
}
