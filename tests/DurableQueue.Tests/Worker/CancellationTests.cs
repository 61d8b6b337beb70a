using DurableQueue.Conformance;
using DurableQueue.Storage;
using DurableQueue.Worker;
using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class CancellationTests
{
    private readonly ManualTimeProvider clock = new();
    private readonly Signal inside = new();
    private readonly Signal cancelled = new();
    private readonly Signal release = new();

    [Fact]
    public async Task Cancel_RunningTask_TokenFiresAtOnceAndTheTaskIsKilled()
    {
        await using var host = await StartAsync(StopsWhenTold);
        var id = await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;

        // The clock stands still, so no heartbeat brings the news.
        Assert.Equal(CancelResult.Requested, await host.Queue.Control.CancelAsync(id, "changed my mind"));

        await cancelled.Reached;
        var task = await host.FinishedAsync(id);
        Assert.Equal((TaskState.Cancelled, TaskOutcome.Killed, 1), (task.State, task.Outcome, task.Attempt));
    }

    [Fact]
    public async Task Cancel_ToldByHeartbeat_TokenFires()
    {
        await using var host = await StartAsync(StopsWhenTold);
        var id = await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;
        await using (var elsewhere = await SqliteTaskQueue.OpenAsync(host.Path, new SqliteQueueOptions { TimeProvider = host.Time }))
        {
            Assert.Equal(CancelResult.Requested, await elsewhere.Control.CancelAsync(id));
        }

        host.Time.Advance(TimeSpan.FromSeconds(5));

        await cancelled.Reached;
        Assert.Equal(TaskOutcome.Killed, (await host.FinishedAsync(id)).Outcome);
    }

    [Fact]
    public async Task Cancel_HandlerFinishesItsWork_TaskIsDone()
    {
        await using var host = await StartAsync(async token =>
        {
            token.Register(cancelled.Set);
            await release.Reached;
        });
        var id = await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;

        await host.Queue.Control.CancelAsync(id);
        await cancelled.Reached;
        release.Set();

        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(id)).Outcome);
    }

    [Fact]
    public async Task Timeout_Over_AttemptEndsTimedOut()
    {
        await using var host = await StartAsync(StopsWhenTold);
        var id = await host.Queue.EnqueueAsync("work", new Work(), t => t with { Timeout = TimeSpan.FromSeconds(2), MaxAttempts = 1 });
        await inside.Reached;

        host.Time.Advance(TimeSpan.FromSeconds(2));

        await cancelled.Reached;
        var task = await host.FinishedAsync(id);
        Assert.Equal((TaskState.Failed, TaskOutcome.TimedOut), (task.State, task.Outcome));
        Assert.Contains("00:00:02", task.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Timeout_LongerThanAnyTimer_IsKept()
    {
        await using var system = await TestHost.StartAsync(q => q.AddHandler<Work>("work", (_, _, _) => Task.CompletedTask).AddWorker());
        var year = await system.Queue.EnqueueAsync("work", new Work(), t => t with { Timeout = TimeSpan.FromDays(365) });
        Assert.Equal(TaskOutcome.Succeeded, (await system.FinishedAsync(year)).Outcome);

        using var dispatcher = new Dispatcher();
        using var attempt = new Attempt(LeasedTasks.New(timeout: TimeSpan.FromDays(100)), new AttemptSettings(clock, dispatcher, TimeSpan.Zero));
        clock.Advance(TimeSpan.FromDays(100) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(StopReason.None, attempt.Reason);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(StopReason.TimedOut, attempt.Reason);
    }

    [Fact]
    public async Task Timeout_AttemptsLeft_IsTriedAgain()
    {
        var attempts = 0;
        await using var host = await StartAsync(token => Interlocked.Increment(ref attempts) == 1 ? StopsWhenTold(token) : Task.CompletedTask);
        var id = await host.Queue.EnqueueAsync(
            "work", new Work(), t => t with { Timeout = TimeSpan.FromSeconds(2), Retry = RetryPolicy.Immediate });
        await inside.Reached;

        host.Time.Advance(TimeSpan.FromSeconds(2));

        var task = await host.FinishedAsync(id);
        Assert.Equal((TaskOutcome.Succeeded, 2), (task.Outcome, task.Attempt));
        Assert.Equal(TaskOutcome.TimedOut, Assert.Single(await host.Queue.Inspector.GetAttemptsAsync(id)).Outcome);
    }

    [Fact]
    public async Task Lease_Lost_TokenFiresAndTheOutcomeDoesNotCount()
    {
        await using var host = await StartAsync(async token =>
        {
            token.Register(cancelled.Set);
            await release.Reached;
        });
        var id = await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;

        // Somebody else ends the attempt with the worker's own lease, as a reaper would.
        var lease = Assert.Single(host.Spy.CheckedOut).Lease;
        Assert.True(await host.Queue.FailAsync(lease, new TaskFailure("taken away") { Permanent = true }));
        host.Time.Advance(TimeSpan.FromSeconds(5));

        await cancelled.Reached;
        release.Set();
        await host.Logs.Logged(213);
        var task = await host.GetAsync(id);
        Assert.Equal((TaskState.Failed, "taken away"), (task.State, task.LastError));
    }

    [Fact]
    public async Task Handler_IgnoresItsToken_IsSettledAfterTheGraceButKeepsItsSlot()
    {
        var freeWhenNextBegan = false;
        await using var host = await TestHost.StartAsync(
            q => q
                .AddHandler("deaf", async (Work _, TaskContext _, CancellationToken _) =>
                {
                    inside.Set();
                    await release.Reached;
                })
                .AddHandler("next", (Work _, TaskContext _, CancellationToken _) =>
                {
                    freeWhenNextBegan = release.IsSet;
                    return Task.CompletedTask;
                })
                .AddWorker(w =>
                {
                    w.Concurrency = 1;
                    w.CancelGrace = TimeSpan.FromSeconds(3);
                }),
            manualTime: true);
        var deaf = await host.Queue.EnqueueAsync("deaf", new Work(), t => t with { Timeout = TimeSpan.FromSeconds(2), MaxAttempts = 1 });
        await inside.Reached;
        var next = await host.Queue.EnqueueAsync("next", new Work());

        host.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TaskState.CheckedOut, (await host.GetAsync(deaf)).State);
        host.Time.Advance(TimeSpan.FromSeconds(1));

        var task = await host.FinishedAsync(deaf);
        Assert.Equal(TaskOutcome.TimedOut, task.Outcome);
        Assert.Contains("may still be running", task.LastError, StringComparison.Ordinal);
        await host.Logs.Logged(214);
        Assert.Single(host.Spy.CheckedOut);
        release.Set();
        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(next)).Outcome);
        Assert.True(freeWhenNextBegan);
        await host.Logs.Logged(215);
    }

    [Fact]
    public async Task TokenCallback_Throws_IsLoggedAndNothingElse()
    {
        await using var host = await StartAsync(async token =>
        {
            token.Register(() => throw new InvalidOperationException("in the callback"));
            token.Register(cancelled.Set);
            await cancelled.Reached;
            token.ThrowIfCancellationRequested();
        });
        var id = await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;

        await host.Queue.Control.CancelAsync(id);

        Assert.Equal(TaskOutcome.Killed, (await host.FinishedAsync(id)).Outcome);
        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(await host.Queue.EnqueueAsync("next", new Work()))).Outcome);
    }

    private Task<TestHost> StartAsync(Func<CancellationToken, Task> handler) => TestHost.StartAsync(
        q => q
            .AddHandler("work", (Work _, TaskContext _, CancellationToken token) =>
            {
                inside.Set();
                return handler(token);
            })
            .AddHandler("next", (Work _, TaskContext _, CancellationToken _) => Task.CompletedTask)
            .AddWorker(w => w.Concurrency = 1),
        manualTime: true);

    private async Task StopsWhenTold(CancellationToken token)
    {
        try
        {
            await release.WaitAsync(token);
        }
        catch (OperationCanceledException)
        {
            cancelled.Set();
            throw;
        }
    }

    private sealed record Work;
}
