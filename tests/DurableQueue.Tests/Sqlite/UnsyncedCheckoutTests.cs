using Xunit;
using Names = DurableQueue.DurableQueueTelemetry;

namespace DurableQueue.Tests.Sqlite;

/// <summary>Which checkouts are answered before their sync, and which tokens they give. That a power loss forgets nothing else is tested with processes.</summary>
public sealed class UnsyncedCheckoutTests : IDisposable
{
    private static readonly CheckoutRequest Request = new() { Worker = "w" };

    private readonly string name = $"unsynced-{Guid.NewGuid():N}";
    private readonly QueueDirectory directory;

    public UnsyncedCheckoutTests() => directory = new QueueDirectory(name + ".db");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Checkout_NothingButClaims_IsNotSyncedFromTheSecondOn()
    {
        await using var queue = await OpenAsync();
        await queue.EnqueueAsync([new NewTask("t"), new NewTask("t"), new NewTask("t")]);

        await queue.CheckoutAsync(Request);
        Assert.False(await WasUnsyncedAsync(queue), "The first one stores the boot.");

        await queue.CheckoutAsync(Request);
        await queue.CheckoutAsync(Request);
        Assert.True(await WasUnsyncedAsync(queue));
        Assert.False(await WasUnsyncedAsync(queue), "It was synced just now.");
    }

    [Fact]
    public async Task Checkout_AnotherWriteFollows_IsSyncedWithIt()
    {
        await using var queue = await OpenReadyAsync(tasks: 1);
        var task = await queue.CheckoutAsync(Request);

        await queue.CompleteAsync(task!.Lease);

        Assert.False(await WasUnsyncedAsync(queue));
    }

    [Fact]
    public async Task Checkout_ACallThatWritesNothingFollows_IsStillUnsynced()
    {
        await using var queue = await OpenReadyAsync(tasks: 1);
        var task = await queue.CheckoutAsync(Request);

        Assert.False(await queue.CompleteAsync(task!.Lease with { Token = 77 }));

        Assert.True(await WasUnsyncedAsync(queue));
    }

    // Otherwise an idle queue would write once a second: each sync is a commit, and workers answer it with a checkout.
    [Fact]
    public async Task Checkout_NothingToTake_LeavesNothingToSync()
    {
        await using var queue = await OpenReadyAsync(tasks: 1);
        await queue.CheckoutAsync(Request);
        Assert.True(await WasUnsyncedAsync(queue));

        Assert.Null(await queue.CheckoutAsync(Request));

        Assert.False(await WasUnsyncedAsync(queue));
    }

    [Fact]
    public async Task Checkout_ADelayEnds_IsSynced()
    {
        await using var queue = await OpenReadyAsync(tasks: 0);
        await queue.EnqueueAsync(new NewTask("t") { Delay = TimeSpan.FromSeconds(1) });
        directory.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotNull(await queue.CheckoutAsync(Request));

        Assert.False(await WasUnsyncedAsync(queue));
    }

    [Fact]
    public async Task Checkout_ALeaseHasExpired_IsSynced()
    {
        await using var queue = await OpenReadyAsync(tasks: 1);
        await queue.CheckoutAsync(Request with { LeaseDuration = TimeSpan.FromSeconds(1) });
        directory.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(2, (await queue.CheckoutAsync(Request))!.Attempt);

        Assert.False(await WasUnsyncedAsync(queue));
    }

    [Fact]
    public async Task Checkout_BudgetsAreInUse_IsSynced()
    {
        await using var queue = await OpenReadyAsync(tasks: 2);
        await queue.Budgets.SetAsync(BudgetTarget.EveryGroup, new BudgetPolicy { Rate = new RateCap(10, TimeSpan.FromMinutes(1)) });

        await queue.CheckoutAsync(Request);
        await queue.CheckoutAsync(Request);

        Assert.False(await WasUnsyncedAsync(queue));
    }

    // What the queue has in memory then says that a checkout would only claim tasks.
    [Fact]
    public async Task Checkout_AnotherQueueHasSetADeadlineThatPassed_IsSyncedAndDoesIt()
    {
        await using var queue = await OpenReadyAsync(tasks: 1);
        await using var other = await OpenAsync();
        var delayed = await other.EnqueueAsync(new NewTask("t") { Delay = TimeSpan.FromSeconds(1), Priority = 1 });
        directory.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(delayed, (await queue.CheckoutAsync(Request))!.Id);

        Assert.False(await WasUnsyncedAsync(queue));
    }

    [Fact]
    public async Task Checkout_AnotherQueueHasSetABudget_IsSynced()
    {
        await using var queue = await OpenReadyAsync(tasks: 1);
        await using var other = await OpenAsync();
        await other.Budgets.SetAsync(BudgetTarget.EveryGroup, new BudgetPolicy { Rate = new RateCap(10, TimeSpan.FromMinutes(1)) });

        await queue.CheckoutAsync(Request);

        Assert.False(await WasUnsyncedAsync(queue));
    }

    [Theory]
    [InlineData(Durability.Full, true, "boot")]
    [InlineData(Durability.Normal, false, "boot")]
    [InlineData(Durability.Full, false, "")]
    public async Task Checkout_NotAskedForOrNotPossible_StoresNothingAboutTokens(Durability durability, bool sync, string boot)
    {
        await using var queue = await OpenAsync(boot, sync, durability);
        await queue.EnqueueAsync([new NewTask("t"), new NewTask("t")]);
        await queue.CheckoutAsync(Request);
        await queue.CheckoutAsync(Request);

        Assert.Equal("0 0 none", State());
    }

    [Fact]
    public async Task Token_SameBoot_RisesByOne()
    {
        for (var token = 1; token <= 3; token++)
        {
            await using var queue = await OpenAsync();
            if (token == 1)
            {
                await queue.EnqueueAsync(new NewTask("t"));
            }

            var task = await queue.CheckoutAsync(Request);
            Assert.Equal(token, task!.Lease.Token);
            Assert.True(await queue.ReleaseAsync(task.Lease));
        }
    }

    // Also where the next queue syncs its checkouts, or cannot tell the boot.
    [Theory]
    [InlineData("next", false)]
    [InlineData("next", true)]
    [InlineData("", false)]
    public async Task Token_AfterARestartOfTheSystem_IsAboveAllThatCouldHaveBeenGiven(string boot, bool sync)
    {
        await using (var before = await OpenReadyAsync(tasks: 2))
        {
            Assert.Equal(1, (await before.CheckoutAsync(Request))!.Lease.Token);
        }

        var highest = (long)directory.Execute("SELECT unsynced_tokens FROM queue_state")!;
        await using var queue = await OpenAsync(boot, sync);
        var task = await queue.CheckoutAsync(Request);

        Assert.Equal(highest + 1, task!.Lease.Token);
        Assert.Equal(highest + 1, directory.Execute($"SELECT token FROM task WHERE id = {task.Id}"));
        Assert.True(await queue.ReleaseAsync(task.Lease));
        Assert.Equal(highest + 2, (await queue.CheckoutAsync(Request))!.Lease.Token);
    }

    [Fact]
    public async Task Token_MoreThanWereSetApart_IsSyncedAndSetsMoreApart()
    {
        await using var queue = await OpenReadyAsync(tasks: 1);
        var highest = (long)directory.Execute("SELECT unsynced_tokens FROM queue_state")!;
        directory.Execute($"UPDATE task SET token = {highest} WHERE state = 0");

        Assert.Equal(highest + 1, (await queue.CheckoutAsync(Request))!.Lease.Token);

        Assert.True((long)directory.Execute("SELECT unsynced_tokens FROM queue_state")! > highest + 1);
        Assert.False(await WasUnsyncedAsync(queue));
    }

    [Fact]
    public async Task Wait_FirstCheckoutAfterARestartOfTheSystem_IsMeasured()
    {
        await using (await OpenReadyAsync(tasks: 1))
        {
        }

        await using var queue = await OpenAsync("next");
        using var metrics = CollectedMetrics.OfQueue(name);
        directory.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.True((await queue.CheckoutAsync(Request))!.Lease.Token > 1);

        Assert.Equal(3, Assert.Single(metrics.Of(Names.WaitTime)).Value, precision: 3);
    }

    [Fact]
    public async Task Round_OfAnOpenQueue_SyncsWhatWasNot()
    {
        using var metrics = CollectedMetrics.OfQueue(name);
        await using var queue = await OpenReadyAsync(tasks: 1, sweeps: true);
        await queue.CheckoutAsync(Request);
        var before = State();
        var clock = System.Diagnostics.Stopwatch.StartNew();

        // The round hands its work to another thread, which tells nobody.
        directory.Time.Advance(TimeSpan.FromSeconds(1));
        while (State() == before && clock.Elapsed < QueueDirectory.Limit)
        {
            await Task.Yield();
        }

        Assert.NotEqual(before, State());
    }

    private ValueTask<SqliteTaskQueue> OpenAsync(
        string boot = "boot", bool sync = false, Durability durability = Durability.Full, bool sweeps = false) => SqliteTaskQueue.OpenAsync(
        directory.FilePath,
        new SqliteQueueOptions
        {
            TimeProvider = directory.Time, BackgroundSweeps = sweeps, Durability = durability, SyncCheckouts = sync, Boot = boot,
        });

    /// <summary>A queue that has made its first checkout, which is always synced, and has as many ready tasks.</summary>
    private async Task<SqliteTaskQueue> OpenReadyAsync(int tasks, bool sweeps = false)
    {
        var queue = await OpenAsync(sweeps: sweeps);
        await queue.EnqueueAsync(new NewTask("first"));
        await queue.CompleteAsync((await queue.CheckoutAsync(Request))!.Lease);
        for (var task = 0; task < tasks; task++)
        {
            await queue.EnqueueAsync(new NewTask("t"));
        }

        return queue;
    }

    /// <summary>The sync of what was not synced writes a row of its own, and nothing where all was.</summary>
    private async Task<bool> WasUnsyncedAsync(SqliteTaskQueue queue)
    {
        var before = State();
        await queue.Upkeep.SyncAsync(CancellationToken.None);
        return State() != before;
    }

    private string State() =>
        (string)directory.Execute("SELECT token_floor || ' ' || unsynced_tokens || ' ' || ifnull(unsynced_boot, 'none') FROM queue_state")!;
}
