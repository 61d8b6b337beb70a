using System.Text;
using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class ProgressTests
{
    private readonly Signal inside = new();
    private readonly Signal cancelled = new();
    private readonly Signal release = new();

    [Fact]
    public async Task Report_TenThousandTimes_WritesTheLastOnceBeforeTheAttemptEnds()
    {
        await using var host = await StartAsync(
            async (context, token) =>
            {
                for (var i = 1; i <= 10_000; i++)
                {
                    await context.ReportProgressAsync(i / 10_000.0, $"{i}", token);
                }
            },
            manualTime: true);

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync("work", new Work()));

        Assert.Equal((TaskOutcome.Succeeded, 1, "10000"), (task.Outcome, task.Progress, task.ProgressMessage));
        Assert.Equal(1, host.Spy.Progress.Count);
    }

    [Fact]
    public async Task Report_HandlerRunsOn_IsWrittenAfterAQuarterOfASecond()
    {
        await using var host = await StartAsync(
            async (context, token) =>
            {
                await context.ReportProgressAsync(0.1, null, token);
                await context.ReportProgressAsync(0.2, "early", token);
                inside.Set();
                await release.WaitAsync(token);
            },
            manualTime: true);
        var first = await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;

        host.Time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Null((await host.GetAsync(first)).Progress);
        host.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(0.2, await host.Spy.Progress.ReadAsync().AsTask().WaitAsync(TestHost.Limit));
        Assert.Equal("early", (await host.GetAsync(first)).ProgressMessage);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        release.Set();
        await host.FinishedAsync(first);
        Assert.Equal(0, host.Spy.Progress.Count);
    }

    [Fact]
    public async Task Report_HeartbeatComesFirst_IsWrittenWithIt()
    {
        await using var host = await StartAsync(
            async (context, token) =>
            {
                await context.ReportProgressAsync(0.5, null, token);
                inside.Set();
                await release.WaitAsync(token);
            },
            manualTime: true);
        await host.Queue.EnqueueAsync("work", new Work(), t => t with { LeaseDuration = TimeSpan.FromMilliseconds(300) });
        await inside.Reached;

        host.Time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(0.5, await host.Spy.Progress.ReadAsync().AsTask().WaitAsync(TestHost.Limit));
        release.Set();
    }

    [Fact]
    public async Task Report_LeaseLost_TokenFires()
    {
        await using var host = await StartAsync(
            async (context, token) =>
            {
                using var registration = token.Register(cancelled.Set);
                inside.Set();
                await release.Reached;
                await context.ReportProgressAsync(0.5, null, CancellationToken.None);
                await cancelled.Reached;
            },
            manualTime: true);
        var id = await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;
        Assert.True(await host.Queue.FailAsync(host.Spy.CheckedOut.Single().Lease, new TaskFailure("taken away") { Permanent = true }));

        release.Set();
        while (!cancelled.IsSet)
        {
            host.Time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }

        await host.Logs.Logged(213);
        Assert.Null((await host.GetAsync(id)).Progress);
    }

    [Theory]
    [InlineData(-0.1, 0)]
    [InlineData(1.1, 0)]
    [InlineData(double.NaN, 0)]
    [InlineData(0.5, 513)]
    public async Task Report_OutOfItsLimits_IsTheHandlersMistake(double fraction, int length)
    {
        await using var host = await StartAsync(async (context, token) => await context.ReportProgressAsync(fraction, new string('m', length), token));

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync("work", new Work(), t => t with { MaxAttempts = 1 }));

        Assert.Equal(TaskOutcome.Failed, task.Outcome);
        Assert.Contains(length > 0 ? "message" : "fraction", task.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkpoint_AttemptFails_TheNextOneBeginsWithIt()
    {
        var seen = new List<string?>();
        await using var host = await StartAsync(async (context, token) =>
        {
            seen.Add(context.LastCheckpoint is { } last ? Encoding.UTF8.GetString(last.Span) : null);
            await context.CheckpointAsync(Encoding.UTF8.GetBytes($"after {context.Attempt}"), token);
            if (context.Attempt < 3)
            {
                throw new InvalidOperationException("again");
            }
        });

        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(await host.Queue.EnqueueAsync("work", new Work()))).Outcome);

        Assert.Equal([null, "after 1", "after 2"], seen);
    }

    [Fact]
    public async Task Checkpoint_WhenTheCallReturns_IsInTheFile()
    {
        await using var host = await StartAsync(
            async (context, token) =>
            {
                await context.CheckpointAsync("here"u8.ToArray(), token);
                inside.Set();
                await release.WaitAsync(token);
            },
            manualTime: true);
        var id = await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;

        // Another queue takes the task from the running worker, as after a crash.
        await using var other = await SqliteTaskQueue.OpenAsync(host.Path, new SqliteQueueOptions { TimeProvider = host.Time });
        Assert.True(await other.ReleaseAsync(host.Spy.CheckedOut.Single().Lease));
        var again = await other.CheckoutAsync(new CheckoutRequest { Worker = "other" });

        Assert.Equal((id, "here"), (again!.Id, Encoding.UTF8.GetString(again.Checkpoint!.Value.Span)));
        release.Set();
    }

    [Fact]
    public async Task Checkpoint_DuringShutdown_IsStored()
    {
        await using var host = await StartAsync(
            async (context, token) =>
            {
                inside.Set();
                try
                {
                    await release.WaitAsync(token);
                }
                catch (OperationCanceledException)
                {
                    await context.CheckpointAsync("so far"u8.ToArray(), CancellationToken.None);
                    throw;
                }
            });
        var id = await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;

        await host.StopAsync();

        Assert.Equal((TaskState.Queued, 0), ((await host.GetAsync(id)).State, (await host.GetAsync(id)).Attempt));
        Assert.Equal("so far", Encoding.UTF8.GetString((await host.Queue.CheckoutAsync(new CheckoutRequest { Worker = "next" }))!.Checkpoint!.Value.Span));
    }

    [Fact]
    public async Task Checkpoint_LeaseLost_StopsTheHandler()
    {
        await using var host = await StartAsync(async (context, token) =>
        {
            inside.Set();
            await release.Reached;
            var lost = await Assert.ThrowsAsync<OperationCanceledException>(async () => await context.CheckpointAsync("late"u8.ToArray(), CancellationToken.None));
            Assert.Equal(token, lost.CancellationToken);
            using var registration = token.Register(cancelled.Set);
            await cancelled.Reached;
        });
        var id = await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;
        Assert.True(await host.Queue.FailAsync(host.Spy.CheckedOut.Single().Lease, new TaskFailure("taken away") { Permanent = true }));

        release.Set();

        await cancelled.Reached;
        await host.Logs.Logged(213);
        Assert.Equal("taken away", (await host.GetAsync(id)).LastError);
    }

    [Fact]
    public async Task Raise_AttemptFails_TheNextOneContinuesBehindIt()
    {
        await using var host = await StartAsync(async (context, token) =>
        {
            var begin = context.LastCheckpoint is { } last ? last.Span[0] + 1 : 1;
            for (var i = begin; i <= 4; i++)
            {
                await context.RaiseAsync(new NewNotification("wake", $"{i}"), new byte[] { (byte)i }, token);
                if (i == 2 && context.Attempt == 1)
                {
                    throw new InvalidOperationException("again");
                }
            }
        });

        var id = await host.Queue.EnqueueAsync("work", new Work());
        await host.FinishedAsync(id);

        Assert.Equal(
            [("1", (TaskId?)id), ("2", id), ("3", id), ("4", id)],
            (await host.Queue.Notifications.ListAsync()).Select(n => (n.Text, n.TaskId)));
    }

    [Fact]
    public async Task Raise_LeaseLost_StopsTheHandlerAndRaisesNothing()
    {
        await using var host = await StartAsync(async (context, token) =>
        {
            inside.Set();
            await release.Reached;
            await Assert.ThrowsAsync<OperationCanceledException>(async () => await context.RaiseAsync(new NewNotification("wake", "late"), cancellationToken: CancellationToken.None));
            cancelled.Set();
            token.ThrowIfCancellationRequested();
        });
        await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;
        Assert.True(await host.Queue.FailAsync(host.Spy.CheckedOut.Single().Lease, new TaskFailure("taken away") { Permanent = true }));

        release.Set();

        await cancelled.Reached;
        Assert.Empty(await host.Queue.Notifications.ListAsync());
    }

    [Fact]
    public async Task Checkpoint_TooLong_IsTheHandlersMistake()
    {
        await using var host = await TestHost.StartAsync(
            q => Configure(q, async (context, token) => await context.CheckpointAsync(new byte[11], token)),
            null,
            options => options with { MaxResultBytes = 10 });

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync("work", new Work(), t => t with { MaxAttempts = 1 }));

        Assert.Contains("checkpoint has 11 bytes", task.LastError, StringComparison.Ordinal);
    }

    private static Task<TestHost> StartAsync(Func<TaskContext, CancellationToken, Task> handler, bool manualTime = false) =>
        TestHost.StartAsync(q => Configure(q, handler), manualTime);

    private static void Configure(DurableQueueBuilder queue, Func<TaskContext, CancellationToken, Task> handler) => queue
        .AddHandler("work", (Work _, TaskContext context, CancellationToken token) => handler(context, token), h => h.Retry = RetryPolicy.Immediate)
        .AddWorker(w => (w.Concurrency, w.ShutdownTimeout) = (1, TimeSpan.Zero));

    private sealed record Work;
}
