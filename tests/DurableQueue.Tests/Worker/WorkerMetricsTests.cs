using Xunit;
using Names = DurableQueue.DurableQueueTelemetry;

namespace DurableQueue.Tests.Worker;

public sealed class WorkerMetricsTests
{
    private readonly string type = $"t-{Guid.NewGuid():N}";

    [Fact]
    public async Task RunTime_HandlerReturns_IsMeasuredWithTheOutcome()
    {
        using var metrics = CollectedMetrics.OfWorkers();
        TestHost? host = null;
        await using var started = host = await TestHost.StartAsync(
            q => q.AddHandler<int>(type, (_, _, _) =>
            {
                host!.Time.Advance(TimeSpan.FromSeconds(3));
                return Task.CompletedTask;
            }).AddWorker(),
            manualTime: true);
        await host.FinishedAsync(await host.Queue.EnqueueAsync(new NewTask(type, TestHost.Json("1"))));
        await host.StopAsync();

        var measured = Assert.Single(metrics.Of(Names.RunTime, (Names.TypeTag, type)));
        Assert.Equal(3, measured.Value);
        Assert.Equal("default", measured.Tags[Names.GroupTag]);
        Assert.Equal("succeeded", measured.Tags[Names.OutcomeTag]);
        Assert.False(measured.Tags.ContainsKey(Names.ErrorTypeTag));
    }

    [Fact]
    public async Task RunTime_HandlerThrows_NamesTheTypeOfTheError()
    {
        using var metrics = CollectedMetrics.OfWorkers();
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler<int>(type, (_, _, _) => throw new PermanentTaskException("secret"))
            .AddWorker());
        await host.FinishedAsync(await host.Queue.EnqueueAsync(new NewTask(type, TestHost.Json("1"))));
        await host.StopAsync();

        var measured = Assert.Single(metrics.Of(Names.RunTime, (Names.TypeTag, type)));
        Assert.Equal("failed", measured.Tags[Names.OutcomeTag]);
        Assert.Equal(typeof(PermanentTaskException).FullName, measured.Tags[Names.ErrorTypeTag]);
    }

    [Fact]
    public async Task RunTime_TaskCancelledWhileItRuns_IsKilled()
    {
        using var metrics = CollectedMetrics.OfWorkers();
        var running = new Signal();
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler<int>(type, async (_, _, token) =>
            {
                running.Set();
                await new Signal().WaitAsync(token);
            })
            .AddWorker());
        var id = await host.Queue.EnqueueAsync(new NewTask(type, TestHost.Json("1")));
        await running.Reached;
        await host.Queue.Control.CancelAsync(id);
        await host.FinishedAsync(id);
        await host.StopAsync();

        var measured = Assert.Single(metrics.Of(Names.RunTime, (Names.TypeTag, type)));
        Assert.Equal("killed", measured.Tags[Names.OutcomeTag]);
    }

    [Fact]
    public async Task RunTime_HandlerReturnsAfterItsAttemptWasSettled_HasTheOutcomeThatWasStored()
    {
        using var metrics = CollectedMetrics.OfWorkers();
        var running = new Signal();
        var release = new Signal();
        await using var host = await TestHost.StartAsync(
            q => q
                .AddHandler<int>(type, (_, _, _) =>
                {
                    running.Set();
                    return release.Reached;
                })
                .AddWorker(w => w.CancelGrace = TimeSpan.Zero),
            manualTime: true);
        var id = await host.Queue.EnqueueAsync(
            new NewTask(type, TestHost.Json("1")) { Timeout = TimeSpan.FromSeconds(1), MaxAttempts = 1 });
        await running.Reached;
        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TaskOutcome.TimedOut, (await host.FinishedAsync(id)).Outcome);

        release.Set();
        await host.Logs.Logged(215);

        Assert.Equal("timed_out", Assert.Single(metrics.Of(Names.RunTime, (Names.TypeTag, type))).Tags[Names.OutcomeTag]);
    }

    [Fact]
    public async Task Running_WhileAndAfterAHandlerRuns_IsOneAndZero()
    {
        using var metrics = CollectedMetrics.OfWorkers();
        var running = new Signal();
        var go = new Signal();
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler<int>(type, async (_, _, token) =>
            {
                running.Set();
                await go.WaitAsync(token);
            })
            .AddWorker());
        var id = await host.Queue.EnqueueAsync(new NewTask(type, TestHost.Json("1")));
        await running.Reached;
        Assert.Equal(1, metrics.Sum(Names.Running, (Names.TypeTag, type)));

        go.Set();
        await host.FinishedAsync(id);
        await host.StopAsync();
        Assert.Equal(0, metrics.Sum(Names.Running, (Names.TypeTag, type)));
    }
}
