using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class ShutdownTests
{
    private readonly Signal inside = new();
    private readonly Signal release = new();

    [Fact]
    public async Task Stop_LetsTheHandlerFinish()
    {
        await using var host = await StartAsync(_ => release.Reached);
        var id = await host.Queue.EnqueueAsync("work", 1);
        await inside.Reached;

        var stop = host.StopAsync();
        await host.Logs.Logged(201);
        Assert.False(stop.IsCompleted);
        release.Set();
        await stop;

        Assert.Equal(TaskOutcome.Succeeded, (await host.GetAsync(id)).Outcome);
    }

    [Fact]
    public async Task Stop_ShutdownTimeOver_HandlerIsCancelledAndTheAttemptIsNotCharged()
    {
        await using var host = await StartAsync(release.WaitAsync, w => w.ShutdownTimeout = TimeSpan.Zero);
        var id = await host.Queue.EnqueueAsync("work", 1);
        await inside.Reached;

        await host.StopAsync();

        var task = await host.GetAsync(id);
        Assert.Equal((TaskState.Queued, 0, null), (task.State, task.Attempt, task.LastError));
        Assert.Empty(await host.Queue.Inspector.GetAttemptsAsync(id));
    }

    [Fact]
    public async Task Stop_HandlerThrowsSomethingElseWhenCancelled_AttemptIsNotCharged()
    {
        await using var host = await StartAsync(
            async token =>
            {
                try
                {
                    await release.WaitAsync(token);
                }
                catch (OperationCanceledException error)
                {
                    throw new InvalidOperationException("connection closed", error);
                }
            },
            w => w.ShutdownTimeout = TimeSpan.Zero);
        var id = await host.Queue.EnqueueAsync("work", 1);
        await inside.Reached;

        await host.StopAsync();

        Assert.Equal((TaskState.Queued, 0), ((await host.GetAsync(id)).State, (await host.GetAsync(id)).Attempt));
    }

    [Fact]
    public async Task Stop_HandlerIgnoresItsToken_TaskIsGivenBackWhenTheHostsTimeIsOver()
    {
        await using var host = await StartAsync(_ => release.Reached, w => (w.ShutdownTimeout, w.CancelGrace) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1)));
        var id = await host.Queue.EnqueueAsync("work", 1);
        await inside.Reached;
        using var deadline = new CancellationTokenSource();

        var stop = host.StopAsync(deadline.Token);
        await host.Logs.Logged(201);
        Assert.Equal(TaskState.CheckedOut, (await host.GetAsync(id)).State);
        await deadline.CancelAsync();
        await stop;

        Assert.Equal((TaskState.Queued, 0), ((await host.GetAsync(id)).State, (await host.GetAsync(id)).Attempt));
        release.Set();
    }

    [Fact]
    public async Task Stop_HandlerIgnoresItsToken_TaskIsGivenBackAfterTheGrace()
    {
        await using var host = await StartAsync(
            _ => release.Reached, w => (w.ShutdownTimeout, w.CancelGrace) = (TimeSpan.Zero, TimeSpan.FromMilliseconds(20)));
        var id = await host.Queue.EnqueueAsync("work", 1);
        await inside.Reached;

        await host.StopAsync();

        Assert.Equal((TaskState.Queued, 0), ((await host.GetAsync(id)).State, (await host.GetAsync(id)).Attempt));
        release.Set();
    }

    [Fact]
    public async Task Stopping_NothingMoreIsCheckedOut()
    {
        await using var host = await StartAsync(_ => release.Reached);
        var running = await host.Queue.EnqueueAsync("work", 1);
        await inside.Reached;

        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await host.Logs.Logged(201);
        var late = await host.Queue.EnqueueAsync("work", 2);
        release.Set();
        await host.StopAsync();

        Assert.Equal(TaskState.Done, (await host.GetAsync(running)).State);
        Assert.Equal(TaskState.Queued, (await host.GetAsync(late)).State);
    }

    [Fact]
    public async Task Stop_StoreTroubleWhileGivingBack_IsTriedAgain()
    {
        await using var host = await StartAsync(release.WaitAsync, w => w.ShutdownTimeout = TimeSpan.Zero);
        var id = await host.Queue.EnqueueAsync("work", 1);
        await inside.Reached;
        host.Spy.Fail(nameof(ITaskQueue.ReleaseAsync), 1);

        await host.StopAsync();

        Assert.Equal((TaskState.Queued, 0), ((await host.GetAsync(id)).State, (await host.GetAsync(id)).Attempt));
    }

    private Task<TestHost> StartAsync(Func<CancellationToken, Task> handler, Action<WorkerOptions>? worker = null) => TestHost.StartAsync(q => q
        .AddHandler("work", (int _, TaskContext _, CancellationToken token) =>
        {
            inside.Set();
            return handler(token);
        })
        .AddWorker(w =>
        {
            w.Concurrency = 2;
            worker?.Invoke(w);
        }));
}
