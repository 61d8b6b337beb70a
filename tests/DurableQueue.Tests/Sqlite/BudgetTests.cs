using DurableQueue.Budgets;
using DurableQueue.Sqlite;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;
using DurableQueue.Tests.Worker;
using Microsoft.Extensions.Logging;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>What of budgets can only be seen beside the contract: the timer, the log, and values that are wrong in the file.</summary>
public sealed class BudgetTests : IDisposable
{
    private static readonly CheckoutRequest Request = new() { Worker = "w" };

    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    /// <summary>The ids of <see cref="FillAsync"/>: 1 runs and has reserved, 2 is parked, 3 waits in a closed group, 4 waits for a closed type.</summary>
    public static TheoryData<string, string> Plantable => new()
    {
        { "budget.state", "DELETE FROM budget_state" },
        { "budget.entry", "INSERT INTO budget_entry VALUES (900, 5, 5)" },
        { "budget.recent", "INSERT INTO budget_recent VALUES (900, 5, 5)" },
        { "budget.estimate", "INSERT INTO budget_estimate VALUES (900, 'usd', 5)" },
        { "budget.charge", "INSERT INTO budget_charge VALUES (900, 1, 'k', 'usd', 5, NULL, 5)" },
        { "budget.reservation", "INSERT INTO budget_reservation VALUES (3, (SELECT min(id) FROM budget_meter), 1, 5)" },
        { "budget.reservation", "UPDATE budget_reservation SET token = 7" },
        { "budget.reservation", "UPDATE budget_reservation SET meter_id = 900 WHERE meter_id = (SELECT max(meter_id) FROM budget_reservation)" },
        { "budget.parked", "INSERT INTO budget_parked VALUES (3, (SELECT min(id) FROM budget_meter), 0, 3)" },
        { "budget.parked", "UPDATE budget_parked SET meter_id = 900" },
        { "budget.parked_place", "UPDATE budget_parked SET rank = rank + 1" },
        { "budget.parked_place", "UPDATE task SET position = 900 WHERE id = 2" },
        { "task.holds", "UPDATE task SET holds = 16 WHERE id = 3" },
        { "task.holds", "DELETE FROM budget_parked" },
        { "budget.total", "UPDATE budget_meter SET total = total + 1 WHERE kind = 0" },
        { "budget.total", "DELETE FROM budget_entry" },
        { "budget.total", "INSERT INTO budget_recent SELECT id, from_ms + 1, 5 FROM budget_meter WHERE kind = 0" },
        { "budget.reserved", "UPDATE budget_meter SET reserved = 4" },
        { "budget.due", "UPDATE budget_meter SET due_at_ms = NULL" },
        { "group.over_budget", "UPDATE task_group SET over_budget = 0" },
        { "group.over_budget", "UPDATE task_group SET over_budget = 1 WHERE name = 'default'" },
    };

    [Theory]
    [MemberData(nameof(Plantable))]
    public async Task Repair_Planted_NamesItAndPutsItRight(string what, string sql)
    {
        await FillAsync();
        directory.Execute(sql);
        await using var queue = await directory.OpenAsync();
        Assert.Contains((await queue.Inspector.VerifyAsync()).Findings, finding => finding.What == what);

        var repair = await queue.Control.RepairAsync();
        Assert.True(repair.IsSound, string.Join('\n', repair.Remaining));
        Assert.Contains(repair.Repaired, finding => finding.What == what);
        await AssertWorksAsync(queue);
    }

    [Fact]
    public async Task Repair_AllAtOnce_LeavesASoundQueue()
    {
        await FillAsync();
        foreach (var row in Plantable)
        {
            directory.Execute(((string)row[1]).Replace("INSERT ", "INSERT OR IGNORE ", StringComparison.Ordinal).Replace("UPDATE ", "UPDATE OR IGNORE ", StringComparison.Ordinal));
        }

        await using var queue = await directory.OpenAsync();
        Assert.True((await queue.Control.RepairAsync()).IsSound);
        await AssertWorksAsync(queue);
    }

    [Theory]
    [InlineData(BudgetScope.Group)]
    [InlineData(BudgetScope.Type)]
    [InlineData(BudgetScope.Metadata)]
    public async Task Timer_WindowMovesOn_TellsThoseThatWaitForTasks(BudgetScope scope)
    {
        await using var queue = await directory.OpenAsync(backgroundSweeps: true);
        var signals = queue.Signals;
        var target = scope switch
        {
            BudgetScope.Group => BudgetTarget.Group("default"),
            BudgetScope.Type => BudgetTarget.EveryType,
            _ => BudgetTarget.EveryValue("tenant"),
        };
        await queue.Budgets.SetAsync(target, new BudgetPolicy { Rate = new RateCap(1, TimeSpan.FromMinutes(1)) });
        await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("t") { Metadata = new Dictionary<string, string> { ["tenant"] = "a" } }, 2)]);
        Assert.Single(await queue.CheckoutAsync(Request, 5));

        var seen = signals.ReadyVersion;
        var ready = signals.WaitForReadyAsync(seen, CancellationToken.None);
        directory.Time.Advance(TimeSpan.FromMinutes(1));
        await ready.WaitAsync(QueueDirectory.Limit);
        Assert.Single(await queue.CheckoutAsync(Request, 5));
    }

    [Fact]
    public async Task Deadline_BudgetOfAnotherQueue_IsSeenAfterItsCommit()
    {
        await using var waiting = await directory.OpenAsync(backgroundSweeps: true);
        await using var working = await directory.OpenAsync();
        await working.Budgets.SetAsync(BudgetTarget.EveryGroup, new BudgetPolicy { Rate = new RateCap(1, TimeSpan.FromSeconds(30)) });
        await working.EnqueueAsync([new NewTask("t"), new NewTask("t")]);
        Assert.Single(await working.CheckoutAsync(Request, 5));

        // Advanced step by step: the look of the queue that waits, once a second, finds the deadline and sets the timer.
        var signals = waiting.Signals;
        LeasedTask? task = null;
        for (var second = 0; second < 60 && task is null; second++)
        {
            var ready = signals.WaitForReadyAsync(signals.ReadyVersion, CancellationToken.None);
            directory.Time.Advance(TimeSpan.FromSeconds(1));
            if (second >= 29)
            {
                task = await waiting.CheckoutAsync(Request);
                Assert.NotNull(task);
            }

            _ = ready;
        }

        Assert.NotNull(task);
    }

    /// <summary>Starts are kept together, moved some at a time, and those of one counter where its cap is near: the caps hold as if they had been entries at once.</summary>
    [Fact]
    public async Task Starts_OfManyGroups_AreMovedAndNoneIsLost()
    {
        const int Groups = 300;
        const int Cap = 20;
        await using var queue = await directory.OpenAsync();
        await queue.Budgets.SetAsync(BudgetTarget.EveryGroup, new BudgetPolicy { Rate = new RateCap(Cap, TimeSpan.FromMinutes(1)) });
        for (var round = 0; round < Cap; round++)
        {
            Assert.Equal(Groups, await StartAsync(1));
            Assert.InRange(CountOf("budget_recent"), 0, UsageEntries.MostRecent);
            if (round == 13)
            {
                // The cap is not near: those that are no longer kept together were too many, and came from more counters than fit into one chunk.
                Assert.Equal((long)Groups * 14, CountOf("budget_recent") + CountOf("budget_entry"));
                Assert.InRange((long)directory.Execute("SELECT count(DISTINCT meter_id) FROM budget_entry")!, Groups / 2, Groups);
            }

            Assert.Equal(round + 1, (await queue.Budgets.GetAsync(BudgetTarget.Group("g7"))).Rate!.Used);
            Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
            directory.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(0, await StartAsync(1));
        await using var reopened = await directory.OpenAsync();
        Assert.Empty(await reopened.CheckoutAsync(Request, Groups));

        // The first two rounds leave the window: of each group as many fit again.
        directory.Time.Advance(TimeSpan.FromSeconds(41));
        Assert.Equal(2 * Groups, await StartAsync(5));

        async Task<int> StartAsync(int perGroup)
        {
            await queue.EnqueueAsync([.. Enumerable.Range(0, Groups * perGroup).Select(n => new NewTask("t") { Group = $"g{n % Groups}" })]);
            var started = await queue.CheckoutAsync(Request, Groups * perGroup);
            await queue.CompleteAsync([.. started.Select(task => new TaskCompletion(task.Lease))]);
            return started.Count;
        }

        long CountOf(string table) => (long)directory.Execute($"SELECT count(*) FROM {table}")!;
    }

    /// <summary>A policy goes and comes again within its window: what was kept together counts.</summary>
    [Fact]
    public async Task Starts_KeptTogether_CountForAPolicyThatComesBack()
    {
        await using var queue = await directory.OpenAsync();
        var policy = new BudgetPolicy { Rate = new RateCap(4, TimeSpan.FromMinutes(1)) };
        await queue.Budgets.SetAsync(BudgetTarget.Group("default"), policy);
        await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("t"), 5)]);
        Assert.Equal(2, (await queue.CheckoutAsync(Request, 2)).Count);
        Assert.Equal(1L, directory.Execute("SELECT count(*) FROM budget_recent"));

        await queue.Budgets.RemoveAsync(BudgetTarget.Group("default"));
        await queue.Budgets.SetAsync(BudgetTarget.Group("default"), policy);
        Assert.Equal(2, (await queue.CheckoutAsync(Request, 5)).Count);
    }

    /// <summary>Where nothing counts any more, what is kept together is no reason to keep the usage counter, and does not outlive it.</summary>
    [Fact]
    public async Task PruneUsage_StartsKeptTogether_AreGoneWithTheirCounter()
    {
        await using var queue = await directory.OpenAsync();
        await queue.Budgets.SetAsync(BudgetTarget.Group("default"), new BudgetPolicy { Rate = new RateCap(10, TimeSpan.FromMinutes(1)) });
        await queue.EnqueueAsync(new NewTask("t"));
        Assert.Single(await queue.CheckoutAsync(Request, 2));
        await queue.Budgets.RemoveAsync(BudgetTarget.Group("default"));
        Assert.Equal(1L, directory.Execute("SELECT count(*) FROM budget_recent"));

        directory.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, await queue.Budgets.PruneUsageAsync(directory.Time.GetUtcNow()));
        Assert.Equal(0L, directory.Execute("SELECT (SELECT count(*) FROM budget_meter) + (SELECT count(*) FROM budget_recent)"));
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    /// <summary>A window stays where it was while there is room; what is pruned goes by where it is now.</summary>
    [Fact]
    public async Task PruneUsage_PoliciesThatWereNeverNearTheirCaps_KeepNothingFromBeforeTheirWindows()
    {
        await using var queue = await directory.OpenAsync();
        await queue.Budgets.SetAsync(BudgetTarget.EveryGroup, new BudgetPolicy { Rate = new RateCap(100, TimeSpan.FromMinutes(1)), Cost = CostCap.PerDay(100) });
        for (var day = 0; day < 4; day++)
        {
            await queue.EnqueueAsync(new NewTask("t") { Group = $"g{day % 2}" });
            var task = (await queue.CheckoutAsync(Request))!;
            await queue.Budgets.ChargeAsync(task.Lease, new Cost(1), "1");
            await queue.CompleteAsync(task.Lease);
            directory.Time.Advance(TimeSpan.FromDays(1));
        }

        // Of two groups two starts and two costs each, and of the type four costs.
        Assert.Equal(12, await queue.Budgets.PruneUsageAsync(directory.Time.GetUtcNow()));
        Assert.Equal(0L, directory.Execute("SELECT (SELECT count(*) FROM budget_meter) + (SELECT count(*) FROM budget_entry)"));
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    /// <summary>The next time is asked for while the row that has it is not written yet.</summary>
    [Fact]
    public async Task NextDue_AskedInTheBatchThatClosesAGroup_IsThatOfTheGroup()
    {
        Lease lease;
        await using (var queue = await directory.OpenAsync())
        {
            await queue.Budgets.SetAsync(BudgetTarget.Group("default"), new BudgetPolicy { Cost = CostCap.Per(TimeSpan.FromMinutes(1), 1) });
            await queue.EnqueueAsync([new NewTask("t"), new NewTask("t")]);
            lease = (await queue.CheckoutAsync(Request))!.Lease;
        }

        using var db = new QueueFile(directory.FilePath, new SqliteQueueOptions()).OpenWriter();
        var context = TestContexts.Of(db, directory.Time);
        db.Execute("BEGIN IMMEDIATE");
        context.Begin();
        new ChargeCost(lease, "1", "usd", 1_000_000_000, null).Apply(context);

        // As for a worker that waits, in the same batch.
        context.IsSomethingReady();
        Assert.Empty(Checkout("other"));
        context.Flush();
        db.Execute("COMMIT");

        directory.Time.Advance(TimeSpan.FromMinutes(1));
        db.Execute("BEGIN IMMEDIATE");
        context.Begin();
        Assert.Single(Checkout("default"));
        context.Flush();
        db.Execute("COMMIT");

        IReadOnlyList<LeasedTask> Checkout(string group)
        {
            var checkout = new CheckoutTasks(Request with { Groups = [group] }, 1);
            checkout.Apply(context);
            checkout.CompleteCall();
            return checkout.Answer.GetAwaiter().GetResult();
        }
    }

    [Fact]
    public async Task Reopen_ManyTasksOfManyValues_LetsAFewHundredGoInATransaction()
    {
        const int Tenants = 20;
        const int Each = 60;
        await using var queue = await directory.OpenAsync();
        await queue.Budgets.SetAsync(BudgetTarget.EveryValue("tenant"), new BudgetPolicy { Cost = CostCap.Per(TimeSpan.FromMinutes(1), 1) });
        await queue.EnqueueAsync([.. Enumerable.Range(0, Tenants).Select(Of)]);
        foreach (var task in await queue.CheckoutAsync(Request, Tenants))
        {
            await queue.Budgets.ChargeAsync(task.Lease, new Cost(1), "1");
        }

        await queue.EnqueueAsync([.. Enumerable.Range(0, Tenants * Each).Select(Of)]);
        while (Parked() < Tenants * Each)
        {
            Assert.Empty(await queue.CheckoutAsync(Request, 1));
        }

        directory.Time.Advance(TimeSpan.FromMinutes(1));
        for (var left = Tenants * Each - BudgetReopening.Most; left > 0; left -= BudgetReopening.Most)
        {
            Assert.Single(await queue.CheckoutAsync(Request, 1));
            Assert.Equal(left, Parked());
        }

        Assert.Equal((Tenants * Each) - 2, (await queue.CheckoutAsync(Request, 10_000)).Count);

        NewTask Of(int n) => new("t") { Metadata = new Dictionary<string, string> { ["tenant"] = $"a{n % Tenants}" } };

        long Parked() => (long)directory.Execute("SELECT count(*) FROM budget_parked")!;
    }

    [Fact]
    public async Task Rate_ClockGoesBack_AllOfManyGroupsOpenAfterOneWindow()
    {
        const int Groups = BudgetDueTimes.Most + 100;
        await using var queue = await directory.OpenAsync();
        await queue.Budgets.SetAsync(BudgetTarget.EveryGroup, new BudgetPolicy { Rate = new RateCap(1, TimeSpan.FromMinutes(1)) });
        await queue.EnqueueAsync([.. Enumerable.Range(0, 2 * Groups).Select(n => new NewTask("t") { Group = $"g{n % Groups}" })]);
        Assert.Equal(Groups, (await queue.CheckoutAsync(Request, 2 * Groups)).Count);
        Assert.Empty(await queue.CheckoutAsync(Request, 1));

        directory.Time.JumpWallClock(-TimeSpan.FromHours(12));
        Assert.Empty(await queue.CheckoutAsync(Request, 1));
        Assert.Empty(await queue.CheckoutAsync(Request, 1));
        directory.Time.Advance(TimeSpan.FromMinutes(1));

        // Each transaction looks at as many as it takes.
        Assert.Equal(BudgetDueTimes.Most, (await queue.CheckoutAsync(Request, 2 * Groups)).Count);
        Assert.Equal(Groups - BudgetDueTimes.Most, (await queue.CheckoutAsync(Request, 2 * Groups)).Count);
    }

    [Fact]
    public async Task Log_80PercentUsed_WarnsOnceAndNamesNoValues()
    {
        using var logs = new CollectedLogs();
        using var loggers = new LoggerFactory([logs]);
        await using var queue = await SqliteTaskQueue.OpenAsync(
            directory.FilePath, new SqliteQueueOptions { TimeProvider = directory.Time, BackgroundSweeps = false, LoggerFactory = loggers });
        await queue.Budgets.SetAsync(BudgetTarget.EveryValue("tenant"), new BudgetPolicy { Cost = CostCap.PerDay(10) });
        await queue.EnqueueAsync(new NewTask("t") { Metadata = new Dictionary<string, string> { ["tenant"] = "secret" } });
        var task = await queue.CheckoutAsync(Request);
        foreach (var (amount, key) in new[] { (7.9m, "a"), (0.1m, "b"), (0.5m, "c") })
        {
            await queue.Budgets.ChargeAsync(task!.Lease, new Cost(amount), key);
        }

        var warning = Assert.Single(logs.Lines, line => line.Event == 160);
        Assert.Equal((LogLevel.Warning, "The budget of a value of tenant has used 8 of 10 usd"), (warning.Level, warning.Text.Trim()));
    }

    [Fact]
    public async Task Log_80PercentUsedAgainTheNextDay_WarnsAgain()
    {
        using var logs = new CollectedLogs();
        using var loggers = new LoggerFactory([logs]);
        await using var queue = await SqliteTaskQueue.OpenAsync(
            directory.FilePath, new SqliteQueueOptions { TimeProvider = directory.Time, BackgroundSweeps = false, LoggerFactory = loggers });
        await queue.Budgets.SetAsync(BudgetTarget.Group("default"), new BudgetPolicy { Cost = CostCap.PerDay(10) });
        await queue.EnqueueAsync(new NewTask("t") { LeaseDuration = TimeSpan.FromHours(24) });
        var task = await queue.CheckoutAsync(Request);
        for (var day = 1; day <= 3; day++)
        {
            foreach (var (amount, key) in new[] { (1m, "a"), (8m, "b") })
            {
                await queue.Budgets.ChargeAsync(task!.Lease, new Cost(amount), $"{day}{key}");
            }

            Assert.Equal(day, logs.Lines.Count(line => line.Event == 160));
            directory.Time.JumpWallClock(TimeSpan.FromDays(1));
        }
    }

    [Fact]
    public async Task Checkout_MoreToSetAsideThanItTakes_TellsWaitingWorkersToGoOn()
    {
        await using var queue = await directory.OpenAsync();
        await queue.Budgets.SetAsync(BudgetTarget.EveryValue("tenant"), new BudgetPolicy { Rate = new RateCap(1, TimeSpan.FromMinutes(1)) });
        var acme = new NewTask("t") { Metadata = new Dictionary<string, string> { ["tenant"] = "acme" } };
        await queue.EnqueueAsync([.. Enumerable.Repeat(acme, 151)]);
        Assert.NotNull(await queue.CheckoutAsync(Request));
        var other = await queue.EnqueueAsync(new NewTask("t"));
        var seen = queue.Signals.ReadyVersion;

        Assert.Null(await queue.CheckoutAsync(Request));

        Assert.True(queue.Signals.ReadyVersion > seen);
        Assert.Equal(other, (await queue.CheckoutAsync(Request))?.Id);
    }

    [Fact]
    public async Task Rollback_OfAPolicy_TheNextOneHoldsThoughItHasTheSameVersion()
    {
        await using (var queue = await directory.OpenAsync())
        {
            await queue.EnqueueAsync([new NewTask("t"), new NewTask("t")]);
        }

        using var db = new QueueFile(directory.FilePath, new SqliteQueueOptions()).OpenWriter();
        var context = TestContexts.Of(db, directory.Time);
        var policy = new StoredPolicy { Rate = 1, RateWindowMs = 60_000 };
        Set("other");
        Assert.True(context.Budgets.Policies.AreInUse);
        db.Execute("ROLLBACK");
        context.Forget();

        Set("default");
        var checkout = new CheckoutTasks(Request, 2);
        checkout.Apply(context);
        context.Flush();
        db.Execute("COMMIT");
        checkout.CompleteCall();

        Assert.Single(await checkout.Answer);

        void Set(string group)
        {
            db.Execute("BEGIN IMMEDIATE");
            context.Begin();
            new WriteBudget(BudgetTarget.Group(group), policy).Apply(context);
        }
    }

    [Fact]
    public async Task Open_FileOfSchemaVersion1_GetsTheTables()
    {
        using (var script = new StreamReader(typeof(SqliteTaskQueue).Assembly.GetManifestResourceStream("DurableQueue.Schema.0001_initial")!))
        {
            directory.Execute(await script.ReadToEndAsync());
            directory.Execute(
                $"""
                INSERT INTO task_type VALUES (1, 't');
                INSERT INTO lane (group_id, type_id, urgent, runnable, head_task, head_rank, head_position) VALUES (1, 1, 0, 1, 1, 0, 1);
                INSERT INTO task (id, lane_id, state, holds, rank, position, max_attempts, enqueued_at_ms) VALUES (1, 1, 0, 0, 0, 1, 3, 5), (2, 1, 0, 0, 0, 2, 3, 5);
                UPDATE task_group SET queued = 2, ready = 2;
                UPDATE queue_state SET next_task_id = 3;
                PRAGMA application_id = {Migrations.ApplicationId};
                PRAGMA user_version = 1;
                """);
        }

        await using var migrated = await directory.OpenAsync();
        await migrated.Budgets.SetAsync(BudgetTarget.EveryGroup, new BudgetPolicy { Rate = new RateCap(1, TimeSpan.FromMinutes(1)) });
        Assert.Single(await migrated.CheckoutAsync(Request, 5));
        Assert.True((await migrated.Inspector.VerifyAsync()).IsSound);
    }

    private async Task FillAsync()
    {
        await using var queue = await directory.OpenAsync();
        await queue.Budgets.SetAsync(BudgetTarget.Value("tenant", "acme"), new BudgetPolicy { Cost = CostCap.PerDay(1) });
        await queue.Budgets.SetAsync(BudgetTarget.Group("closed"), new BudgetPolicy { Rate = new RateCap(1, TimeSpan.FromHours(1)) });
        await queue.Budgets.SetAsync(BudgetTarget.Type("dear"), new BudgetPolicy { Rate = new RateCap(1, TimeSpan.FromHours(1)) });
        var acme = new NewTask("t") { EstimatedCost = new Cost(0.6m), Metadata = new Dictionary<string, string> { ["tenant"] = "acme" } };
        await queue.EnqueueAsync([acme, acme, new NewTask("t") { Group = "closed" }, new NewTask("dear")]);
        await queue.EnqueueAsync([new NewTask("t") { Group = "closed", Priority = 1 }, new NewTask("dear") { Priority = 1 }]);
        var tasks = await queue.CheckoutAsync(Request, 10);
        Assert.Equal([5, 6, 1], tasks.Select(task => (int)task.Id.Value));
        await queue.Budgets.ChargeAsync(tasks[2].Lease, new Cost(0.1m), "1");
        await queue.CompleteAsync([new TaskCompletion(tasks[0].Lease), new TaskCompletion(tasks[1].Lease)]);
        Assert.Equal(TaskHolds.Budget, (await queue.Inspector.GetAsync(new TaskId(2)))!.Holds);
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    private async Task AssertWorksAsync(SqliteTaskQueue queue)
    {
        directory.Time.Advance(TimeSpan.FromHours(2));
        directory.Time.JumpWallClock(TimeSpan.FromDays(1));
        for (var round = 0; round < 50; round++)
        {
            directory.Time.Advance(TimeSpan.FromHours(2));
            foreach (var task in await queue.CheckoutAsync(Request, 10))
            {
                await queue.CompleteAsync(task.Lease);
            }
        }

        Assert.Equal(0, (await queue.Inspector.CountAsync()).Total.Unfinished);
        var verification = await queue.Inspector.VerifyAsync();
        Assert.True(verification.IsSound, string.Join('\n', verification.Findings));
    }
}
