using System.Collections.Concurrent;
using DurableQueue.Tests.Worker;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace DurableQueue.Tests.Testing;

public sealed class QueueTestKitTests
{
    private readonly ConcurrentQueue<string> ran = new();
    private IServiceProvider? services;

    [Fact]
    public async Task AssertEnqueued_PayloadOfBytes_IsGivenAsItIs()
    {
        await using var kit = await QueueTestKit.StartAsync(q => q.AddHandler("bytes", (ReadOnlyMemory<byte> bytes) => { }));
        await kit.Queue.EnqueueAsync(new ReadOnlyMemory<byte>([1, 255]));

        Assert.Equal(new byte[] { 1, 255 }, (await kit.AssertEnqueuedAsync<ReadOnlyMemory<byte>>()).Payload.ToArray());
    }

    [Fact]
    public async Task Tasks_RunOnlyWhenDrained_InTheOrderOfTheQueue()
    {
        await using var kit = await StartAsync();
        await kit.Queue.EnqueueAsync(new Note("low"), t => t with { Priority = -1 });
        await kit.Queue.EnqueueAsync(new Note("first"));
        await kit.Queue.EnqueueAsync(new Note("second"));
        Assert.Equal(3, (await kit.Queue.Inspector.CountAsync()).Total.Queued);
        Assert.Empty(ran);

        Assert.Equal(3, await kit.DrainAsync());

        Assert.Equal(["first", "second", "low"], ran);
        await kit.AssertAllSucceededAsync();
        await kit.Queue.EnqueueAsync(new Note("later"));
        Assert.Equal(1, (await kit.Queue.Inspector.CountAsync()).Total.Queued);
        Assert.Equal(1, await kit.DrainAsync());
        Assert.Equal(0, await kit.DrainAsync());
    }

    [Fact]
    public async Task DrainAsync_RunsWhatHandlersEnqueue_AndDependents()
    {
        await using var kit = await QueueTestKit.StartAsync(q => q
            .AddHandler("parent", async (int left, TaskContext context, CancellationToken token) =>
            {
                ran.Enqueue($"{left}");
                if (left > 0)
                {
                    await services!.GetRequiredService<ITaskQueue>().EnqueueAsync("parent", left - 1, cancellationToken: token);
                }
            }));
        services = kit.Services;
        var first = await kit.Queue.EnqueueAsync("parent", 2);
        await kit.Queue.EnqueueAsync("parent", 0, t => t with { After = [first], Priority = -1 });

        Assert.Equal(4, await kit.DrainAsync());

        Assert.Equal(["2", "1", "0", "0"], ran);
    }

    [Fact]
    public async Task DrainAsync_SeveralWorkersAndManyTasks_LeavesNothing()
    {
        await using var kit = await StartAsync(q => q.AddWorker(w => w.Concurrency = 3).AddWorker(w => w.Concurrency = 2));
        foreach (var _ in Enumerable.Range(0, 3))
        {
            await kit.Queue.EnqueueAsync([.. Enumerable.Range(0, 100).Select(n => new NewTask("note", TestHost.Json($$"""{"text":"{{n}}"}""")))]);

            Assert.Equal(100, await kit.DrainAsync());

            await kit.AssertAllSucceededAsync();
        }
    }

    [Fact]
    public async Task DrainAsync_DelayedTask_RunsWhenTheClockReachesIt()
    {
        await using var kit = await StartAsync();
        var start = kit.Time.GetUtcNow();
        await kit.Queue.EnqueueAsync(new Note("hour"), t => t with { Delay = TimeSpan.FromHours(1) });
        await kit.Queue.EnqueueAsync(new Note("days"), t => t with { Delay = TimeSpan.FromDays(3) });
        Assert.Equal(0, await kit.DrainAsync());
        Assert.Equal(start, kit.Time.GetUtcNow());

        Assert.Equal(1, await kit.DrainAsync(TimeSpan.FromHours(2)));

        Assert.Equal(["hour"], ran);
        Assert.Equal(start + TimeSpan.FromHours(1), kit.Time.GetUtcNow());
        kit.Time.Advance(TimeSpan.FromDays(3));
        Assert.Equal(1, await kit.DrainAsync());
        Assert.Equal(["hour", "days"], ran);
    }

    [Fact]
    public async Task DrainAsync_Advancing_PassesRetriesUntilTheTaskHasFailed()
    {
        await using var kit = await QueueTestKit.StartAsync(q => q.AddHandler(
            "fails", (int _, TaskContext context, CancellationToken _) => throw new InvalidOperationException($"attempt {context.Attempt}")));
        var id = await kit.Queue.EnqueueAsync("fails", 1);
        Assert.Equal(1, await kit.DrainAsync());

        Assert.Equal(2, await kit.DrainAsync(TimeSpan.FromHours(1)));

        Assert.Equal(TaskOutcome.Failed, (await kit.Queue.Inspector.GetAsync(id))!.Outcome);
        var error = await Assert.ThrowsAsync<QueueAssertionException>(() => kit.AssertAllSucceededAsync());
        Assert.Contains(
            $"task {id} (fails): Failed, Failed, attempt 3 of 3: System.InvalidOperationException: attempt 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DrainAsync_HeldAndUnknownTasks_AreLeft()
    {
        await using var kit = await StartAsync();
        await kit.Queue.EnqueueAsync(new Note("x"), t => t with { Stashed = true, Delay = TimeSpan.FromSeconds(1) });
        await kit.Queue.EnqueueAsync(new NewTask("unknown"));
        var start = kit.Time.GetUtcNow();

        Assert.Equal(0, await kit.DrainAsync(TimeSpan.FromDays(1)));

        Assert.Equal(start, kit.Time.GetUtcNow());
        Assert.Equal(2, (await kit.Queue.Inspector.CountAsync()).Total.Queued);
    }

    [Fact]
    public async Task DrainAsync_EverythingThatBecomesDue_RunsInOrderAtItsTime()
    {
        await using var kit = await QueueTestKit.StartAsync(q => q
            .AddHandler("step", (string name, TaskContext context, TimeProvider time) => Ran(name, time))
            .AddHandler("tick", (TaskContext context, TimeProvider time) =>
            {
                Assert.Equal(time.GetUtcNow(), context.OccursAt);
                Ran("tick", time);
            })
            .AddHandler("flaky", (TaskContext context, TimeProvider time) =>
            {
                Ran($"flaky {context.Attempt}", time);
                return context.Attempt < 2 ? throw new InvalidOperationException("again") : Task.CompletedTask;
            })
            .AddSchedule("half-hours", "*/30 * * * *", new NewTask("tick")));
        await kit.Queue.Budgets.SetAsync(BudgetTarget.Group("slow"), new BudgetPolicy { Rate = new RateCap(1, TimeSpan.FromMinutes(50)) });
        await kit.Queue.EnqueueAsync("step", "slow 1", t => t with { Group = "slow" });
        await kit.Queue.EnqueueAsync("step", "slow 2", t => t with { Group = "slow" });
        await kit.Queue.EnqueueAsync("step", "delayed", t => t with { Delay = TimeSpan.FromMinutes(40) });
        await kit.Queue.EnqueueAsync(new NewTask("flaky") { Retry = RetryPolicy.Fixed(TimeSpan.FromMinutes(45)) });
        var asked = await kit.Queue.EnqueueAsync(
            "step", "never", t => t with { Approval = new ApprovalTerms { ExpiresAfter = TimeSpan.FromMinutes(35) } });
        await kit.Queue.EnqueueAsync("step", "rejected", t => t with { After = [new TaskDependency(asked, DependencyCondition.Failed)] });
        await kit.Queue.EnqueueAsync("step", "leased", t => t with { Priority = 9 });
        var leased = await kit.Queue.CheckoutAsync(new CheckoutRequest { Worker = "the test", LeaseDuration = TimeSpan.FromMinutes(20) });
        Assert.NotNull(leased);

        var attempts = await kit.DrainAsync(TimeSpan.FromMinutes(70));

        Assert.Equal(
            ["0 slow 1", "0 flaky 1", "20 leased", "30 tick", "35 rejected", "40 delayed", "45 flaky 2", "50 slow 2", "60 tick"],
            ran);
        Assert.Equal(9, attempts);
        Assert.Equal(new DateTimeOffset(2026, 1, 5, 10, 0, 0, TimeSpan.Zero), kit.Time.GetUtcNow());
        Assert.Equal(TaskOutcome.Rejected, (await kit.Queue.Inspector.GetAsync(asked))!.Outcome);
        Assert.Equal(0, await kit.DrainAsync());

        void Ran(string name, TimeProvider time) => ran.Enqueue($"{(time.GetUtcNow() - new ManualTimeProvider().GetUtcNow()).TotalMinutes} {name}");
    }

    [Fact]
    public async Task DrainAsync_NoHandlers_StillEndsWhatExpires()
    {
        await using var kit = await QueueTestKit.StartAsync(q => { });
        var id = await kit.Queue.EnqueueAsync(new NewTask("x") { Approval = new ApprovalTerms { ExpiresAfter = TimeSpan.FromHours(1) } });
        await kit.DrainAsync(TimeSpan.FromMinutes(59));
        Assert.Equal(TaskState.Queued, (await kit.Queue.Inspector.GetAsync(id))!.State);

        await kit.DrainAsync(TimeSpan.FromMinutes(60));

        Assert.Equal(TaskOutcome.Rejected, (await kit.Queue.Inspector.GetAsync(id))!.Outcome);
    }

    [Fact]
    public async Task DrainAsync_MoreThanOneChunkIsDueAtOnce_AllIsDone()
    {
        await using var kit = await StartAsync();
        await kit.Queue.EnqueueAsync(
            [.. Enumerable.Range(0, 1_200).Select(_ => new NewTask("unknown") { Delay = TimeSpan.FromHours(1), Priority = 1 })]);
        await kit.Queue.EnqueueAsync(new Note("last"), t => t with { Delay = TimeSpan.FromHours(1) });

        Assert.Equal(1, await kit.DrainAsync(TimeSpan.FromHours(1)));

        Assert.Equal(["last"], ran);
    }

    [Fact]
    public async Task DrainAsync_WaitWithATimeout_GoesOnWhenTheClockReachesIt()
    {
        await using var kit = await QueueTestKit.StartAsync(q => q.AddHandler("waits", async (long held, TaskContext context, TimeProvider time, CancellationToken token) =>
        {
            var summary = await context.WaitForAsync(new TaskId(held), new WaitOptions { Timeout = TimeSpan.FromMinutes(10) }, token);
            ran.Enqueue($"{summary.TimedOut} at {time.GetUtcNow():HH:mm}");
        }));
        var held = await kit.Queue.EnqueueAsync(new NewTask("held") { Stashed = true });
        await kit.Queue.EnqueueAsync("waits", held.Value);
        Assert.Equal(1, await kit.DrainAsync(TimeSpan.FromMinutes(9)));
        Assert.Empty(ran);

        Assert.Equal(0, await kit.DrainAsync(TimeSpan.FromHours(1)));

        Assert.Equal(["True at 09:10"], ran);
        await kit.Queue.Control.RemoveAsync([held]);
        await kit.AssertAllSucceededAsync();
    }

    [Fact]
    public async Task DrainAsync_AttemptThatWaits_EndsAtItsTimeoutWithoutTheTimeForPeople()
    {
        await using var kit = await QueueTestKit.StartAsync(q => q.AddHandler("waits", async (long held, TaskContext context, CancellationToken token) =>
        {
            await context.RequestApprovalAsync("go on", "", cancellationToken: token);
            await context.WaitForAsync(new TaskId(held), cancellationToken: token);
        }));
        var held = await kit.Queue.EnqueueAsync(new NewTask("held") { Stashed = true });
        var id = await kit.Queue.EnqueueAsync("waits", held.Value, t => t with { Timeout = TimeSpan.FromMinutes(30), MaxAttempts = 1 });
        await kit.DrainAsync(TimeSpan.FromHours(1));
        Assert.Equal(new ManualTimeProvider().GetUtcNow(), kit.Time.GetUtcNow());
        kit.Time.Advance(TimeSpan.FromHours(1));
        await kit.Queue.Approvals.ApproveAsync((await kit.Queue.Approvals.ListPendingAsync())[0].Id, "ada");

        await kit.DrainAsync(TimeSpan.FromHours(2));

        Assert.Equal(TaskOutcome.TimedOut, (await kit.Queue.Inspector.GetAsync(id))!.Outcome);
        Assert.Equal(TimeSpan.FromMinutes(90), kit.Time.GetUtcNow() - new ManualTimeProvider().GetUtcNow());
    }

    [Fact]
    public async Task Time_StartsWhereTheTestSays()
    {
        var start = new DateTimeOffset(2024, 2, 29, 23, 59, 0, TimeSpan.FromHours(-5));
        await using var kit = await QueueTestKit.StartAsync(
            q => q.AddHandler("tick", (TimeProvider time) => ran.Enqueue($"{time.GetUtcNow():s}")).AddSchedule("daily", "0 5 * * *", new NewTask("tick")),
            services => services.AddSingleton(new ManualTimeProvider(start)));

        Assert.Equal((start, TimeSpan.Zero), (kit.Time.GetUtcNow(), kit.Time.GetUtcNow().Offset));
        await kit.DrainAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(["2024-03-01T05:00:00"], ran);
    }

    [Fact]
    public async Task DrainAsync_HandlerThatDoesNotReturn_FailsAndNamesTheTask()
    {
        var release = new Signal();
        await using var kit = await QueueTestKit.StartAsync(
            q => q.AddHandler("stuck", (int _, TaskContext _, CancellationToken _) => release.Reached));
        kit.DrainLimit = TimeSpan.FromSeconds(2);
        var id = await kit.Queue.EnqueueAsync("stuck", 1);

        var error = await Assert.ThrowsAsync<TimeoutException>(() => kit.DrainAsync());

        Assert.Contains($"after 1 attempts. Still running: {id}.", error.Message, StringComparison.Ordinal);
        release.Set();
        kit.DrainLimit = TestHost.Limit;
        Assert.Equal(0, await kit.DrainAsync());
        await kit.AssertAllSucceededAsync();
    }

    [Fact]
    public async Task DrainAsync_CancelledWhileAHandlerRuns_EndsTheTaskKilled()
    {
        var started = new Signal();
        await using var kit = await QueueTestKit.StartAsync(q => q.AddHandler("waits", async (int _, TaskContext _, CancellationToken token) =>
        {
            started.Set();
            await new Signal().WaitAsync(token);
        }));
        var id = await kit.Queue.EnqueueAsync("waits", 1);
        var drain = kit.DrainAsync();
        await started.Reached;

        await kit.Queue.Control.CancelAsync(id);

        Assert.Equal(1, await drain);
        Assert.Equal(TaskOutcome.Killed, (await kit.Queue.Inspector.GetAsync(id))!.Outcome);
    }

    [Fact]
    public async Task DrainAsync_ClockMovedFarInAHandler_KeepsItsLease()
    {
        await using var kit = await QueueTestKit.StartAsync(q => q.AddHandler("slow", (int _, TaskContext _, CancellationToken _) =>
        {
            services!.GetRequiredService<ManualTimeProvider>().Advance(TimeSpan.FromHours(23));
            return Task.CompletedTask;
        }));
        services = kit.Services;
        await kit.Queue.EnqueueAsync("slow", 1);

        Assert.Equal(1, await kit.DrainAsync());

        await kit.AssertAllSucceededAsync();
    }

    [Fact]
    public async Task DrainAsync_HandlerThatWaitsForAnotherTask_GoesOnBeforeTheQueueIsIdle()
    {
        await using var kit = await StartAsync(q => q
            .AddHandler("waits", async (int _, TaskContext context, CancellationToken token) =>
            {
                var queue = services!.GetRequiredService<ITaskQueue>();
                var child = await queue.EnqueueAsync(new Note("child"), cancellationToken: token);
                await queue.Inspector.WaitAsync(child, cancellationToken: token);
                ran.Enqueue("parent");
            })
            .AddWorker(w => w.Concurrency = 2));
        services = kit.Services;
        await kit.Queue.EnqueueAsync("waits", 1);

        Assert.Equal(2, await kit.DrainAsync());

        Assert.Equal(["child", "parent"], ran);
    }

    [Fact]
    public async Task DrainAsync_HandlerInWaitForAsync_ChildrenRunInItsSlot_ThenItGoesOn()
    {
        await using var kit = await QueueTestKit.StartAsync(q => q
            .AddHandler("note", (Note note, TaskContext _, CancellationToken _) => ran.Enqueue(note.Text))
            .AddHandler("waits", async (int count, TaskContext context, CancellationToken token) =>
            {
                var children = await context.EnqueueAsync(
                    [.. Enumerable.Range(0, count).Select(n => new NewTask("note", TestHost.Json($$"""{"text":"{{n}}"}""")))], token);
                var summary = await context.WaitForAsync(children, cancellationToken: token);
                ran.Enqueue($"all {summary.Succeeded}");
            }));
        await kit.Queue.Groups.SetParallelismAsync(NewTask.DefaultGroup, 1);
        await kit.Queue.EnqueueAsync("waits", 3);

        Assert.Equal(4, await kit.DrainAsync());

        Assert.Equal(["0", "1", "2", "all 3"], ran);
        await kit.AssertAllSucceededAsync();
    }

    [Fact]
    public async Task DrainAsync_WaitThatIsOverWhileOthersAreHeld_GoesOnBeforeTheQueueIsIdle()
    {
        await using var kit = await StartAsync(WaitForChild);
        for (var round = 1; round <= 30; round++)
        {
            await kit.Queue.EnqueueAsync(new Note("held"), t => t with { Stashed = true });
            await kit.Queue.EnqueueAsync("waits", 0);

            Assert.Equal(2, await kit.DrainAsync());

            Assert.Equal(2 * round, ran.Count);
            Assert.Equal("parent", ran.Last());
        }
    }

    [Fact]
    public async Task DrainAsync_WaitForAHeldTask_IsLeft_AndGoesOnInALaterDrain()
    {
        await using var kit = await StartAsync(WaitForChild);
        var parent = await kit.Queue.EnqueueAsync("waits", 1);

        Assert.Equal(1, await kit.DrainAsync());

        Assert.True((await kit.Queue.Inspector.GetAsync(parent))!.Waiting);
        Assert.Empty(ran);
        await kit.Queue.Control.UnstashAsync(new TaskId(parent.Value + 1));
        Assert.Equal(1, await kit.DrainAsync());
        Assert.Equal(["child", "parent"], ran);
        await kit.AssertAllSucceededAsync();
    }

    [Fact]
    public async Task DrainAsync_HandlerThatAsksForAnApproval_IsLeft_AndGoesOnInALaterDrain()
    {
        await using var kit = await QueueTestKit.StartAsync(q => q
            .AddHandler("asks", async (Note note, TaskContext context, CancellationToken token) =>
            {
                var decision = await context.RequestApprovalAsync("note", note.Text, cancellationToken: token);
                ran.Enqueue($"{decision.DecidedBy}: {note.Text}");
            }));
        await kit.Queue.EnqueueAsync("asks", new Note("x"));
        Assert.Equal(1, await kit.DrainAsync());
        Assert.Empty(ran);

        await kit.Queue.Approvals.ApproveAsync(Assert.Single(await kit.Queue.Approvals.ListPendingAsync()).Id, "ann");
        Assert.Equal(0, await kit.DrainAsync());

        Assert.Equal(["ann: x"], ran);
        await kit.AssertAllSucceededAsync();
    }

    [Fact]
    public async Task DrainAsync_WaitForADelayedTask_GoesOnWhenTheClockReachesIt()
    {
        await using var kit = await StartAsync(WaitForChild);
        await kit.Queue.EnqueueAsync("waits", 2);

        Assert.Equal(2, await kit.DrainAsync(TimeSpan.FromDays(2)));

        Assert.Equal(["child", "parent"], ran);
        await kit.AssertAllSucceededAsync();
    }

    [Fact]
    public async Task DrainAsync_WaitThatIsCancelled_EndsBeforeTheQueueIsIdle()
    {
        await using var kit = await StartAsync(WaitForChild);
        var parent = await kit.Queue.EnqueueAsync("waits", 1);
        Assert.Equal(1, await kit.DrainAsync());

        await kit.Queue.Control.CancelAsync(parent);
        Assert.Equal(0, await kit.DrainAsync());

        Assert.Equal(TaskOutcome.Killed, (await kit.Queue.Inspector.GetAsync(parent))!.Outcome);
    }

    [Fact]
    public async Task CheckoutAsync_ByTheTestItself_IsNotHeldBack()
    {
        await using var kit = await StartAsync();
        await kit.Queue.EnqueueAsync(new Note("x"));

        Assert.Single(await kit.Queue.CheckoutAsync(new CheckoutRequest { Worker = "test" }, 5));
        Assert.Equal(0, await kit.DrainAsync());
    }

    [Fact]
    public async Task CheckoutAsync_InTheNameOfAWorkerOutsideADrain_FindsNothing()
    {
        await using var kit = await StartAsync();
        await kit.Queue.EnqueueAsync(new Note("x"));
        var request = new CheckoutRequest { Worker = "worker 1" };

        Assert.Null(await kit.Queue.CheckoutAsync(request));
        Assert.Empty(await kit.Queue.CheckoutAsync(request, 5));
        Assert.Equal(1, await kit.DrainAsync());
    }

    [Fact]
    public async Task Outbox_ThroughTheKitsQueue_RunsAtTheDrainAfterTheCommit()
    {
        await using var kit = await StartAsync();
        await using (var connection = new SqliteConnection($"Data Source={kit.FilePath};Pooling=False"))
        {
            connection.Open();
            using var transaction = connection.BeginTransaction();
            await kit.Queue.EnqueueAsync(new Note("stored with the order"), transaction);
            transaction.Commit();
        }

        Assert.Equal(1, await kit.DrainAsync());

        Assert.Equal(["stored with the order"], ran);
    }

    [Fact]
    public async Task EnqueuedAsync_GivesPayloadsAndSettingsById()
    {
        await using var kit = await StartAsync();
        await kit.Queue.EnqueueAsync(new Note("a"), t => t with { Priority = 1 });
        await kit.Queue.EnqueueAsync(new Note("b"), t => t with { Group = "mail" });
        await kit.Queue.EnqueueAsync("other", new Note("c"));
        await kit.DrainAsync();

        Assert.Equal(
            [(new Note("a"), "default", 1), (new Note("b"), "mail", 0)],
            (await kit.EnqueuedAsync<Note>()).Select(task => (task.Payload, task.Task.Group, task.Task.Priority)));
        Assert.Equal(new Note("c"), Assert.Single(await kit.EnqueuedAsync<Note>("other")).Payload);
    }

    [Fact]
    public async Task AssertEnqueuedAsync_OneMatch_GivesIt_ElseSaysWhatIsThere()
    {
        await using var kit = await StartAsync();
        var empty = await Assert.ThrowsAsync<QueueAssertionException>(() => kit.AssertEnqueuedAsync<Note>());
        Assert.Contains("0 were found. The queue holds no task of its type.", empty.Message, StringComparison.Ordinal);
        await kit.Queue.EnqueueAsync(new Note("a"));
        await kit.Queue.EnqueueAsync(new Note("b"), t => t with { Stashed = true });

        Assert.Equal(new TaskId(2), (await kit.AssertEnqueuedAsync<Note>(t => t.Payload.Text == "b")).Task.Id);

        var two = await Assert.ThrowsAsync<QueueAssertionException>(() => kit.AssertEnqueuedAsync<Note>());
        Assert.Contains("2 were found", two.Message, StringComparison.Ordinal);
        Assert.Contains("task 2 (note): Queued, held: Stashed Note { Text = b }", two.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<QueueAssertionException>(() => kit.AssertEnqueuedAsync<Note>(t => t.Payload.Text == "c"));
    }

    [Fact]
    public async Task AssertNotEnqueuedAsync_Match_SaysWhatIsThere()
    {
        await using var kit = await StartAsync();
        await kit.AssertNotEnqueuedAsync<Note>();
        await kit.Queue.EnqueueAsync(new Note("a"));

        await kit.AssertNotEnqueuedAsync<Note>(t => t.Payload.Text == "b");

        var error = await Assert.ThrowsAsync<QueueAssertionException>(() => kit.AssertNotEnqueuedAsync<Note>());
        Assert.Contains("Note { Text = a }", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_WrongRegistration_SaysSo()
    {
        await Assert.ThrowsAsync<OptionsValidationException>(() => QueueTestKit.StartAsync(q => q
            .AddHandler("twice", (int _, TaskContext _, CancellationToken _) => Task.CompletedTask)
            .AddHandler("twice", (int _, TaskContext _, CancellationToken _) => Task.CompletedTask)));
    }

    [Fact]
    public async Task DisposeAsync_DeletesTheFile_AlsoWhileAHandlerRuns()
    {
        var started = new Signal();
        var kit = await QueueTestKit.StartAsync(q => q.AddHandler("waits", (int _, TaskContext _, CancellationToken token) =>
        {
            started.Set();
            return new Signal().WaitAsync(token);
        }));
        await kit.Queue.EnqueueAsync("waits", 1);
        var drain = kit.DrainAsync();
        await started.Reached;

        await kit.DisposeAsync().AsTask().WaitAsync(TestHost.Limit);

        Assert.False(Directory.Exists(Path.GetDirectoryName(kit.FilePath)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => drain.WaitAsync(TestHost.Limit));
        await kit.DisposeAsync();
    }

    [Fact]
    public async Task TenKits_DoNotSeeEachOther()
    {
        var kits = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => StartAsync()));
        foreach (var (kit, index) in kits.Select((kit, index) => (kit, index)))
        {
            await kit.Queue.EnqueueAsync([.. Enumerable.Range(0, index).Select(n => new NewTask("note", TestHost.Json("""{"text":"x"}""")))]);
        }

        Assert.Equal(Enumerable.Range(0, 10), await Task.WhenAll(kits.Select(kit => kit.DrainAsync())));

        await Task.WhenAll(kits.Select(kit => kit.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task ReplaceDurableQueueForTests_ApplicationsOwnRegistration_KeepsItsHandlersAndLeavesItsFile()
    {
        var path = Path.Combine(Path.GetTempPath(), $"never-made-{Guid.NewGuid():N}.db");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddDurableQueue(q => q
            .UseSqlite(path)
            .AddHandler("note", (Note note, TaskContext _, CancellationToken _) =>
            {
                ran.Enqueue(note.Text);
                return Task.CompletedTask;
            })
            .AddWorker(w => (w.Name, w.Concurrency) = ("own", 4)));
        builder.Services.ReplaceDurableQueueForTests(o => o with { MaxPayloadBytes = 20 });
        using var host = builder.Build();
        await host.StartAsync().WaitAsync(TestHost.Limit);
        var kit = host.Services.GetRequiredService<QueueTestKit>();
        Assert.Same(kit.Time, host.Services.GetRequiredService<TimeProvider>());
        Assert.Same(kit.Queue, host.Services.GetRequiredService<ITaskQueue>());
        Assert.Equal(0, (await host.Services.GetRequiredService<SqliteTaskQueue>().Inspector.CountAsync()).Total.Total);

        var id = await host.Services.GetRequiredService<ITaskQueue>().EnqueueAsync(new Note("hi"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await kit.Queue.EnqueueAsync(new Note(new string('x', 30))));
        Assert.Equal(1, await kit.DrainAsync());

        Assert.Equal(["hi"], ran);
        Assert.Equal("own", (await kit.Queue.Inspector.GetAsync(id))!.Worker);
        await host.StopAsync().WaitAsync(TestHost.Limit);
        await ((IAsyncDisposable)host).DisposeAsync();
        Assert.False(File.Exists(path));
        Assert.False(File.Exists(kit.FilePath));
    }

    [Fact]
    public async Task ReplaceDurableQueueForTests_KeepFinished_DeletesNothing()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDurableQueue(q => q
            .UseSqlite("never-made.db")
            .AddHandler("note", (Note _, TaskContext _, CancellationToken _) => Task.CompletedTask)
            .AddWorker()
            .KeepFinished(RetentionPolicy.KeepFor(TimeSpan.FromDays(1))));
        builder.Services.ReplaceDurableQueueForTests();
        using var host = builder.Build();
        await host.StartAsync().WaitAsync(TestHost.Limit);
        var kit = host.Services.GetRequiredService<QueueTestKit>();
        var id = await kit.Queue.EnqueueAsync(new Note("hi"));
        await kit.DrainAsync();
        kit.Time.Advance(TimeSpan.FromDays(3));

        // A retention that ran would end its turn before the host has stopped.
        await host.StopAsync().WaitAsync(TestHost.Limit);

        Assert.NotNull(await kit.Queue.Inspector.GetAsync(id));
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    [Fact]
    public void ReplaceDurableQueueForTests_NoQueue_IsRefused() =>
        Assert.Contains(
            "Call AddDurableQueue first",
            Assert.Throws<InvalidOperationException>(() => new ServiceCollection().ReplaceDurableQueueForTests()).Message,
            StringComparison.Ordinal);


    private Task<QueueTestKit> StartAsync(Action<DurableQueueBuilder>? more = null) => QueueTestKit.StartAsync(q =>
    {
        q.AddHandler("note", (Note note, TaskContext _, CancellationToken _) =>
        {
            ran.Enqueue(note.Text);
            return Task.CompletedTask;
        });
        more?.Invoke(q);
    });

    /// <summary>A handler that waits for a child: 1 a stashed one, 2 one that is delayed for a day.</summary>
    private void WaitForChild(DurableQueueBuilder queue) => queue.AddHandler("waits", async (int kind, TaskContext context, CancellationToken token) =>
    {
        var child = await context.EnqueueAsync(
            new Note("child"),
            t => t with { Stashed = kind == 1, Delay = kind == 2 ? TimeSpan.FromDays(1) : null },
            cancellationToken: token);
        await context.WaitForAsync(child, cancellationToken: token);
        ran.Enqueue("parent");
    });

    private sealed record Note(string Text);
}
