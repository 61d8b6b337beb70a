using DurableQueue.Sqlite;
using DurableQueue.Storage;
using DurableQueue.Tests.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace DurableQueue.Tests.Hosting;

public sealed class HealthCheckTests
{
    [Fact]
    public async Task Check_QueueThatWorks_IsHealthyWithData()
    {
        await using var host = await StartAsync(manualTime: true);
        await host.Queue.EnqueueAsync(new NewTask("t") { Delay = TimeSpan.FromHours(1) });

        var entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Equal(true, entry.Data["writerAlive"]);
        Assert.InRange((double)entry.Data["gateWaitMs"], 0, 30_000);
        Assert.True((long)entry.Data["walBytes"] > 0);
        Assert.Equal(0L, entry.Data["ready"]);
        Assert.Equal(0.0, entry.Data["oldestReadyAgeSeconds"]);
        Assert.Equal(0, entry.Data["liveWorkers"]);
        Assert.Equal(0, entry.Data["staleWorkers"]);
        Assert.Empty((string[])entry.Data["unservedTypes"]);
        Assert.Empty((string[])entry.Data["drift"]);
    }

    [Fact]
    public async Task Check_ReadyTaskThatALiveWorkerTakes_IsHealthyAndTellsItsAge()
    {
        await using var host = await StartAsync(manualTime: true);
        await host.Queue.EnqueueAsync([new NewTask("t"), new NewTask("t")]);
        await host.Queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = ["t"] });
        host.Time.Advance(TimeSpan.FromSeconds(14));

        var entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Equal(1L, entry.Data["ready"]);
        Assert.Equal(14.0, entry.Data["oldestReadyAgeSeconds"]);
        Assert.Equal(1, entry.Data["liveWorkers"]);
    }

    [Fact]
    public async Task Check_ReadyTypeThatNoLiveWorkerTakes_IsDegradedAndNamesIt()
    {
        await using var host = await StartAsync(manualTime: true);
        await host.Queue.EnqueueAsync([new NewTask("t"), new NewTask("orphan") { Label = "secret" }]);
        await host.Queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = ["t"] });

        var entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Equal(["orphan"], (string[])entry.Data["unservedTypes"]);
        Assert.Contains("orphan", entry.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_ReadyTaskInAGroupThatNoLiveWorkerTakes_IsDegradedAndNamesTheGroup()
    {
        await using var host = await StartAsync(manualTime: true);
        await host.Queue.EnqueueAsync([new NewTask("t") { Group = "b" }, new NewTask("t") { Group = "a" }]);
        await host.Queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Groups = ["b"] });

        var entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Equal(["a"], (string[])entry.Data["unservedGroups"]);
        Assert.Empty((string[])entry.Data["unservedTypes"]);
        Assert.Contains("1 groups: a.", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WorkerNotSeenFor15Seconds_IsStaleAndServesNothing()
    {
        await using var host = await StartAsync(manualTime: true);
        await host.Queue.EnqueueAsync([new NewTask("t"), new NewTask("t")]);
        await host.Queue.CheckoutAsync(new CheckoutRequest { Worker = "w" });
        host.Time.Advance(TimeSpan.FromSeconds(15));

        var entry = await CheckAsync(host);

        Assert.Equal((0, 1), (entry.Data["liveWorkers"], entry.Data["staleWorkers"]));
        Assert.Equal(["t"], (string[])entry.Data["unservedTypes"]);
    }

    [Fact]
    public async Task Check_WorkerThatHasNotTakenATaskYet_IsSeen()
    {
        await using var host = await StartAsync(manualTime: true, sweeps: true);
        Assert.Null(await host.Queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = ["a", "b"] }));
        await host.Queue.EnqueueAsync([new NewTask("b"), new NewTask("c")]);

        // A round of the queue stores it.
        HealthReportEntry entry;
        using var limit = new CancellationTokenSource(TestHost.Limit);
        do
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            entry = await CheckAsync(host, limit.Token);
        }
        while ((int)entry.Data["liveWorkers"] == 0);

        Assert.Equal(["c"], (string[])entry.Data["unservedTypes"]);
    }

    [Fact]
    public async Task Check_StoreFails_ReportsTheFailureStatusAndOnlyTheKindOfError()
    {
        await using var host = await StartAsync(configure: checks => checks.AddDurableQueue(failureStatus: HealthStatus.Degraded, tags: ["ready"]));
        host.Spy.Fail(nameof(ITaskStore.ProbeWriterAsync), 1);

        var entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Equal("The queue's storage failed: Busy.", entry.Description);
        Assert.Null(entry.Exception);
        Assert.Equal(false, entry.Data["writerAlive"]);
        Assert.Equal(["ready"], entry.Tags);
    }

    [Fact]
    public async Task Check_WriterDoesNotAnswer_IsUnhealthyAfterFiveSeconds()
    {
        await using var host = await StartAsync(manualTime: true);
        using var fileLock = new FileLock(host.Path + "-gate");
        Assert.True(fileLock.TryEnter());
        var check = CheckAsync(host);
        while (!check.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var entry = await check;
        fileLock.Exit();

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Equal("The queue did not answer within 5 s.", entry.Description);
    }

    [Fact]
    public async Task Check_LongWaitForTheWriter_IsDegraded()
    {
        await using var host = await StartAsync();
        host.Spy.ChangeHealth = health => health with { WriterWait = TimeSpan.FromSeconds(1) };

        var entry = await CheckAsync(host);

        Assert.Equal((HealthStatus.Degraded, 1_000.0), (entry.Status, entry.Data["gateWaitMs"]));
        Assert.Equal("Writing waits 1.0 s for others.", entry.Description);
    }

    [Fact]
    public async Task Check_LongLog_IsDegraded()
    {
        await using var host = await StartAsync();
        host.Spy.ChangeHealth = health => health with { LogBytes = 128 * 1024 * 1024 };

        var entry = await CheckAsync(host);

        Assert.Equal((HealthStatus.Degraded, 128L * 1024 * 1024), (entry.Status, entry.Data["walBytes"]));
    }

    [Fact]
    public async Task Check_StoredValuesAreWrong_IsDegradedAndNamesThem()
    {
        await using var host = await StartAsync();
        host.Spy.ChangeHealth = health => health with { Inconsistencies = ["group.running", "lane.head"] };

        var entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Equal(["group.running", "lane.head"], (string[])entry.Data["drift"]);
        Assert.Equal("Stored values are wrong: group.running, lane.head. Verify the queue, and repair it.", entry.Description);
    }

    [Fact]
    public async Task Look_AnotherHoldsTheGate_ToldAsWait()
    {
        await using var host = await StartAsync();
        using var fileLock = new FileLock(host.Path + "-gate");
        Assert.True(fileLock.TryEnter());
        var look = host.Queue.ProbeHealthAsync(CancellationToken.None);
        var started = TimeProvider.System.GetTimestamp();
        await host.Queue.Inspector.CountAsync();
        fileLock.Exit();
        var least = TimeProvider.System.GetElapsedTime(started);

        Assert.True((await look.AsTask().WaitAsync(TestHost.Limit)).WriterWait >= least);
    }

    [Fact]
    public async Task Check_NameWithoutAQueue_SaysSo()
    {
        await using var host = await StartAsync(configure: checks => checks.AddDurableQueue("reports"));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => CheckAsync(host));

        Assert.Equal("No queue with the name 'reports' was added.", error.Message);
    }

    private static Task<TestHost> StartAsync(Action<IHealthChecksBuilder>? configure = null, bool manualTime = false, bool sweeps = false) =>
        TestHost.StartAsync(
            _ => { },
            services => (configure ?? (checks => checks.AddDurableQueue()))(services.AddHealthChecks()),
            sqlite => sqlite with { BackgroundSweeps = sweeps },
            manualTime);

    private static async Task<HealthReportEntry> CheckAsync(TestHost host, CancellationToken cancellationToken = default)
    {
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(cancellationToken).WaitAsync(TestHost.Limit, cancellationToken);
        return Assert.Single(report.Entries).Value;
    }
}
