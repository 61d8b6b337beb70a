using System.Collections.Concurrent;
using DurableQueue.Hosting;
using DurableQueue.Storage;
using DurableQueue.Tests.Worker;
using Xunit;

namespace DurableQueue.Tests.Hosting;

/// <summary>What the log says of ready tasks that no live worker takes.</summary>
public sealed class UnservedTypesTests
{
    private const int Unserved = 206;
    private const int GroupUnserved = 227;

    [Fact]
    public async Task Watch_TypeThatNoLiveWorkerTakes_IsNamedOnce()
    {
        await using var host = await StartAsync();
        await host.Queue.EnqueueAsync([new NewTask("orphan") { Label = "secret" }, new NewTask("stray"), new NewTask("held") { Stashed = true }]);
        for (var looks = 0; looks < 3; looks++)
        {
            await LookAsync(host);
        }

        Assert.Equal(
            ["Tasks of type orphan are ready, but no live worker takes them", "Tasks of type stray are ready, but no live worker takes them"], Named(host));
    }

    [Fact]
    public async Task Watch_TypesOfItsOwnWorkers_AreNotNamed()
    {
        // Paused, so that they stay ready. Without background sweeps the store does not keep the worker as seen.
        await using var host = await StartAsync(sqlite => sqlite with { BackgroundSweeps = false });
        await host.Queue.Groups.PauseAsync(NewTask.DefaultGroup);
        await host.Queue.EnqueueAsync(new NewTask("known"));
        await host.Queue.EnqueueAsync(new NewTask("orphan") { Group = "other" });
        await LookAsync(host);
        await LookAsync(host);

        Assert.Equal(["Tasks of type orphan are ready, but no live worker takes them"], Named(host));
    }

    [Fact]
    public async Task Watch_WorkerOfAnotherQueueTakesTheType_IsNamedWhenThatOneIsGone()
    {
        await using var host = await StartAsync();
        await using var other = await SqliteTaskQueue.OpenAsync(
            host.Path, new SqliteQueueOptions { TimeProvider = host.Time, BackgroundSweeps = false });
        var found = new ConcurrentQueue<int>();
        host.Spy.ChangeHealth = health =>
        {
            found.Enqueue(health.UnservedTypes.Count);
            return health;
        };
        await host.Queue.EnqueueAsync([new NewTask("theirs"), new NewTask("theirs")]);
        host.Time.Advance(UnservedTypesWatch.Period - TimeSpan.FromSeconds(1));
        Assert.NotNull(await other.CheckoutAsync(new CheckoutRequest { Worker = "other", Types = ["theirs"] }));
        host.Time.Advance(TimeSpan.FromSeconds(1));
        await host.Spy.HealthReads.ReadAsync().AsTask().WaitAsync(TestHost.Limit);

        // It is not seen again, and counts as gone after 15 s.
        await LookAsync(host);
        await host.Logs.Logged(Unserved);

        Assert.Equal([0, 1], found);
        Assert.Single(Named(host));
    }

    [Fact]
    public async Task Watch_TypeServedAndUnservedAgain_IsNamedAgain()
    {
        IReadOnlyList<string> unserved = ["t"];
        await using var host = await StartAsync();
        host.Spy.ChangeHealth = health => health with { Ready = 1, UnservedTypes = unserved };
        await LookAsync(host);
        await LookAsync(host);
        unserved = [];
        await LookAsync(host);
        await LookAsync(host);
        unserved = ["t"];
        await LookAsync(host);
        await LookAsync(host);

        Assert.Equal(2, Named(host).Length);
    }

    [Fact]
    public async Task Watch_GroupFromWhichNoLiveWorkerTakes_IsNamedOnce()
    {
        await using var host = await StartAsync();
        host.Spy.ChangeHealth = health => health with { Ready = 1, UnservedGroups = ["a"] };
        await LookAsync(host);
        await LookAsync(host);
        await host.Logs.Logged(GroupUnserved);

        Assert.Contains("group a ", Assert.Single(host.Logs.Lines, line => line.Event == GroupUnserved).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_NothingReadyAndNothingNew_DoesNotLook()
    {
        await using var host = await StartAsync(sqlite => sqlite with { BackgroundSweeps = false });

        // The worker listens to other processes from the first commit that it may have missed.
        await host.Queue.Signals.WaitForReadyAsync(0, CancellationToken.None).WaitAsync(TestHost.Limit);
        await LookAsync(host);
        for (var periods = 0; periods < 100; periods++)
        {
            host.Time.Advance(UnservedTypesWatch.Period);
        }

        var before = host.Queue.Signals.ReadyVersion;
        Assert.False(host.Spy.HealthReads.TryRead(out _));

        await host.Queue.EnqueueAsync(new NewTask("orphan"));
        Assert.True(host.Queue.Signals.ReadyVersion > before);
        await LookAsync(host);
        await host.Logs.Logged(Unserved);
    }

    [Fact]
    public async Task Watch_StoreFails_LooksAgain()
    {
        await using var host = await StartAsync();
        await host.Queue.EnqueueAsync(new NewTask("orphan"));
        host.Spy.Fail(nameof(ITaskStore.ReadHealthAsync), 1);
        await LookAsync(host);
        await LookAsync(host);
        await host.Logs.Logged(Unserved);
    }

    [Fact]
    public async Task Watch_ManyTypes_NamesSomeAtEachLook()
    {
        await using var host = await StartAsync();
        host.Spy.ChangeHealth = health => health with { Ready = 50, UnservedTypes = [.. Enumerable.Range(0, 50).Select(n => $"t{n}")] };
        await LookAsync(host);
        await LookAsync(host);
        Assert.InRange(Named(host).Length, 20, 40);
        await LookAsync(host);
        await LookAsync(host);

        Assert.Equal(50, Named(host).Distinct().Count());
        Assert.Equal(50, Named(host).Length);
    }

    [Fact]
    public async Task Watch_HostWithoutWorkers_DoesNotLook()
    {
        await using var host = await TestHost.StartAsync(_ => { }, manualTime: true);
        await host.Queue.EnqueueAsync(new NewTask("orphan"));
        host.Time.Advance(UnservedTypesWatch.Period);
        await host.StopAsync();

        Assert.False(host.Spy.HealthReads.TryRead(out _));
    }

    private static Task<TestHost> StartAsync(Func<SqliteQueueOptions, SqliteQueueOptions>? sqlite = null) => TestHost.StartAsync(
        q => q.AddHandler<int>("known", (_, _, _) => Task.CompletedTask).AddWorker(), null, sqlite, manualTime: true);

    /// <summary>Lets a period pass and waits for the look to begin; the one before has been told by then.</summary>
    private static async Task LookAsync(TestHost host)
    {
        host.Time.Advance(UnservedTypesWatch.Period);
        await host.Spy.HealthReads.ReadAsync().AsTask().WaitAsync(TestHost.Limit);
    }

    private static string[] Named(TestHost host) =>
        [.. host.Logs.Lines.Where(line => line.Event == Unserved).Select(line => line.Text.TrimEnd()).Order(StringComparer.Ordinal)];
}
