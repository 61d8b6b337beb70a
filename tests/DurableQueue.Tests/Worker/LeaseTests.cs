using DurableQueue.Storage;
using DurableQueue.Testing;
using DurableQueue.Worker;
using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class LeaseTests
{
    private readonly Signal release = new();

    [Fact]
    public async Task LongTask_HeartbeatsKeepItsLease()
    {
        var inside = new Signal();
        await using var host = await StartAsync(TimeSpan.FromSeconds(6), () => inside.Set());
        var id = await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;

        for (var i = 0; i < 10; i++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(1, await HeartbeatAsync(host));
        }

        Assert.Equal(0, await host.Queue.ReapExpiredAsync());
        Assert.Equal(host.Time.GetUtcNow() + TimeSpan.FromSeconds(6), (await host.GetAsync(id)).LeaseExpiresAt);
        release.Set();
        var task = await host.FinishedAsync(id);
        Assert.Equal((TaskOutcome.Succeeded, 1), (task.Outcome, task.Attempt));
    }

    [Fact]
    public async Task ManyTasks_AreRenewedWithOneCall_AsOftenAsTheShortestNeeds()
    {
        var inside = new CountdownEvent(3);
        await using var host = await StartAsync(TimeSpan.FromSeconds(300), () => inside.Signal());
        await host.Queue.EnqueueAsync("work", new Work());
        await host.Queue.EnqueueAsync("work", new Work());
        await host.Queue.EnqueueAsync("work", new Work(), t => t with { LeaseDuration = TimeSpan.FromSeconds(3) });
        Assert.True(inside.Wait(TestHost.Limit));

        host.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(3, await HeartbeatAsync(host));
        release.Set();
    }

    [Fact]
    public async Task Heartbeat_StoreTrouble_IsTriedAgain()
    {
        var inside = new Signal();
        await using var host = await TestHost.StartAsync(q => Configure(q, TimeSpan.FromSeconds(1), inside.Set));
        host.Spy.Fail(nameof(ITaskQueue.HeartbeatAsync), 1);
        var id = await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;

        await host.Logs.Logged(203);
        Assert.Equal(1, await HeartbeatAsync(host));

        release.Set();
        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(id)).Outcome);
    }

    [Fact]
    public async Task Heartbeat_ThatTakesLong_TheNextCountsFromItsBeginning()
    {
        var inside = new Signal();
        await using var host = await StartAsync(TimeSpan.FromSeconds(6), inside.Set);
        var (begun, goOn) = (new Signal(), new Signal());
        host.Spy.BeforeHeartbeat = () =>
        {
            begun.Set();
            return goOn.Reached;
        };
        await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;

        host.Time.Advance(TimeSpan.FromSeconds(2));
        await begun.Reached;
        host.Time.Advance(TimeSpan.FromMilliseconds(1_500));
        goOn.Set();
        Assert.Equal(1, await HeartbeatAsync(host));

        // The store may have renewed the lease at the beginning of the call: a third of it is over half a second from now.
        host.Time.Advance(TimeSpan.FromMilliseconds(500));

        Assert.Equal(1, await HeartbeatAsync(host));
        release.Set();
    }

    [Fact]
    public async Task Heartbeat_SaysThatACancelWasRequested_StopsTheHandlerThoughNoSignalCame()
    {
        var (inside, stopped) = (new Signal(), new Signal());
        await using var host = await TestHost.StartAsync(
            q => q
                .AddHandler("work", async (Work _, TaskContext _, CancellationToken token) =>
                {
                    using var registration = token.Register(stopped.Set);
                    inside.Set();
                    await stopped.Reached;
                })
                .AddWorker(w => w.LeaseDuration = TimeSpan.FromSeconds(6)),
            manualTime: true);
        await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;
        host.Spy.ChangeHeartbeat = _ => HeartbeatResult.CancelRequested;

        host.Time.Advance(TimeSpan.FromSeconds(2));

        await stopped.Reached;
    }

    [Fact]
    public async Task MoreLeasesThanOneCallTakes_AreAllRenewed()
    {
        await using var host = await TestHost.StartAsync(_ => { }, manualTime: true);
        await host.Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work"), 10_000)]);
        await host.Queue.EnqueueAsync(new NewTask("work"));
        var request = new CheckoutRequest { Worker = "many" };
        using var dispatcher = new Dispatcher();
        var settings = new AttemptSettings(host.Time, dispatcher, TimeSpan.Zero);
        Attempt[] attempts = [
            .. (await host.Queue.CheckoutAsync(request, 10_000)).Concat(await host.Queue.CheckoutAsync(request, 10_000))
                .Select(task => new Attempt(task, settings))];
        var running = new RunningAttempts(dispatcher);
        running.Add(attempts);
        using var progress = new ProgressWriter(host.Queue, host.Time, dispatcher, host.Logs);
        using var keeper = new LeaseKeeper(running, host.Queue, progress, "many", host.Time, dispatcher, host.Logs);
        keeper.Watch(attempts);

        host.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal((10_000, 1), (await HeartbeatAsync(host), await HeartbeatAsync(host)));
        await keeper.StopAsync().WaitAsync(TestHost.Limit);
    }

    /// <summary>A thread that is held up between its look at the clock and the setting of its timer.</summary>
    [Fact]
    public async Task Watch_ClockMovesOnWhileTheTimerIsSet_RenewsInTime()
    {
        await using var host = await TestHost.StartAsync(_ => { }, manualTime: true);
        await host.Queue.EnqueueAsync("work", new Work(), t => t with { LeaseDuration = TimeSpan.FromSeconds(6) });
        var leased = await host.Queue.CheckoutAsync(new CheckoutRequest { Worker = "slow" }, 1);
        var time = new TimeThatMovesOn(host.Time, TimeSpan.FromSeconds(1));
        using var dispatcher = new Dispatcher();
        Attempt[] attempts = [new Attempt(Assert.Single(leased), new AttemptSettings(time, dispatcher, TimeSpan.Zero))];
        var running = new RunningAttempts(dispatcher);
        running.Add(attempts);
        using var progress = new ProgressWriter(host.Queue, host.Time, dispatcher, host.Logs);
        using var keeper = new LeaseKeeper(running, host.Queue, progress, "slow", time, dispatcher, host.Logs);
        keeper.Watch(attempts);

        host.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, await HeartbeatAsync(host));
        await keeper.StopAsync().WaitAsync(TestHost.Limit);
    }

    private static Task<int> HeartbeatAsync(TestHost host) => host.Spy.Heartbeats.ReadAsync().AsTask().WaitAsync(TestHost.Limit);

    private Task<TestHost> StartAsync(TimeSpan lease, Action inside) => TestHost.StartAsync(q => Configure(q, lease, inside), manualTime: true);

    private void Configure(DurableQueueBuilder queue, TimeSpan lease, Action inside) => queue
        .AddHandler("work", async (Work _, TaskContext _, CancellationToken token) =>
        {
            inside();
            await release.WaitAsync(token);
        })
        .AddWorker(w =>
        {
            w.Concurrency = 3;
            w.LeaseDuration = lease;
        });

    private sealed record Work;

    /// <summary>Moves on once, just before a timer is set.</summary>
    private sealed class TimeThatMovesOn(ManualTimeProvider time, TimeSpan by) : TimeProvider
    {
        private TimeSpan left = by;

        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp() => time.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(this, time.CreateTimer(callback, state, dueTime, period));

        private void MoveOn()
        {
            var now = left;
            left = TimeSpan.Zero;
            time.Advance(now);
        }

        private sealed class Timer(TimeThatMovesOn owner, ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                owner.MoveOn();
                return timer.Change(dueTime, period);
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
