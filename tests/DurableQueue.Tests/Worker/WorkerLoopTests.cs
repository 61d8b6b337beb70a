using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class WorkerLoopTests
{
    [Fact]
    public async Task Concurrency_IsNeverExceeded_AndNothingIsCheckedOutAhead()
    {
        const int Slots = 3;
        int running = 0, most = 0;
        TestHost? host = null;
        await using var started = host = await TestHost.StartAsync(q => q
            .AddHandler("work", async (int _, TaskContext _, CancellationToken _) =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref running));
                await Task.Yield();
                var counts = await host!.Queue.Groups.GetAsync(NewTask.DefaultGroup, CancellationToken.None);
                InterlockedMax(ref most, counts!.Running);
                Interlocked.Decrement(ref running);
            })
            .AddWorker(w => w.Concurrency = Slots));

        var ids = await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 60).Select(n => new NewTask("work", TestHost.Json($"{n}")))]);

        var summary = await host.Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).AsTask().WaitAsync(TestHost.Limit);
        Assert.Equal(60, summary.Succeeded);
        Assert.Equal(Slots, most);
        Assert.All(host.Spy.CheckoutSizes, size => Assert.InRange(size, 1, Slots));
        Assert.Equal(60, host.Spy.CheckedOut.Count);
    }

    [Fact]
    public async Task BlockingHandler_DoesNotHoldUpTheOthers()
    {
        var (first, second) = (new Signal(), new Signal());
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("work", (bool isFirst, TaskContext _, CancellationToken _) =>
            {
                (isFirst ? first : second).Set();
                (isFirst ? second : first).Reached.GetAwaiter().GetResult();
                return Task.CompletedTask;
            })
            .AddWorker(w => w.Concurrency = 2));

        var ids = await host.Queue.EnqueueAsync([new NewTask("work", TestHost.Json("true")), new NewTask("work", TestHost.Json("false"))]);

        Assert.True((await host.Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).AsTask().WaitAsync(TestHost.Limit)).AllSucceeded);
    }

    [Fact]
    public async Task Worker_BeginsAfterTheHostHasStarted()
    {
        bool? hostHadStarted = null;
        IHostApplicationLifetime? lifetime = null;
        await using var host = await TestHost.StartAsync(
            q => q
                .AddHandler("work", (int _, TaskContext _, CancellationToken _) =>
                {
                    hostHadStarted = lifetime!.ApplicationStarted.IsCancellationRequested;
                    return Task.CompletedTask;
                })
                .AddWorker(),
            services => services.AddSingleton<IHostedService, EnqueuesAtStart>());
        lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();

        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(new TaskId(1))).Outcome);

        Assert.True(hostHadStarted);
    }

    [Fact]
    public async Task StoreTrouble_InEveryOperation_CostsNoTaskAndNoSlot()
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler(
                "work",
                (bool fails, TaskContext context, CancellationToken _) =>
                    fails && context.Attempt == 1 ? throw new InvalidOperationException("once") : Task.CompletedTask,
                h => h.Retry = RetryPolicy.Immediate)
            .AddWorker(w => w.Concurrency = 1));
        host.Spy.Fail(nameof(ITaskQueue.CheckoutAsync), 2);
        host.Spy.Fail(nameof(ITaskQueue.CompleteAsync), 2);
        host.Spy.Fail(nameof(ITaskQueue.FailAsync), 2);

        var failing = await host.Queue.EnqueueAsync("work", true);
        var plain = await host.Queue.EnqueueAsync("work", false);

        Assert.Equal((TaskOutcome.Succeeded, 2), ((await host.FinishedAsync(failing)).Outcome, (await host.GetAsync(failing)).Attempt));
        Assert.Equal((TaskOutcome.Succeeded, 1), ((await host.FinishedAsync(plain)).Outcome, (await host.GetAsync(plain)).Attempt));
    }

    [Fact]
    public async Task Completion_StoreHasADefect_IsLoggedAndNotAskedAgainOneByOne()
    {
        const int notSettled = 216;
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("work", (int _, TaskContext _, CancellationToken _) => Task.CompletedTask)
            .AddWorker(w => w.Concurrency = 1));
        host.Spy.CompletionDefect = new InvalidOperationException("a defect of the store");

        await host.Queue.EnqueueAsync("work", 1);
        await host.Logs.LoggedAsync(notSettled, 1);
        await host.Queue.EnqueueAsync("work", 2);
        await host.Logs.LoggedAsync(notSettled, 2);

        Assert.Equal(2, host.Spy.CompletionCalls);
    }

    [Fact]
    public async Task Completion_ListFailsUnexpectedly_EachIsCompletedAloneAndItIsLogged()
    {
        const int tasks = 20;
        const int completedAlone = 228;
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("work", (int _, TaskContext _, CancellationToken _) => Task.CompletedTask)
            .AddWorker(w => w.Concurrency = tasks));
        host.Spy.RefusesCompletionLists = true;

        // Handlers end one by one or together as they please: until some were completed together.
        do
        {
            var ids = await host.Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work", TestHost.Json("1")), tasks)]);
            var summary = await host.Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).AsTask().WaitAsync(TestHost.Limit);
            Assert.True(summary.AllSucceeded);
            Assert.All(summary.Tasks, task => Assert.Equal(1, task.Attempt));
        }
        while (host.Spy.RefusedLists == 0);

        await host.Logs.LoggedAsync(completedAlone, 1);
    }

    [Fact]
    public async Task TwoWorkers_ShareTheTasks()
    {
        var both = new Barrier(2);
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("meet", (int _, TaskContext _, CancellationToken _) =>
                both.SignalAndWait(TestHost.Limit, CancellationToken.None) ? Task.CompletedTask : throw new TimeoutException())
            .AddWorker(w => (w.Name, w.Concurrency) = ("a", 1))
            .AddWorker(w => (w.Name, w.Concurrency) = ("b", 1)));

        var ids = await host.Queue.EnqueueAsync([new NewTask("meet", TestHost.Json("1")), new NewTask("meet", TestHost.Json("2"))]);

        var summary = await host.Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).AsTask().WaitAsync(TestHost.Limit);
        Assert.True(summary.AllSucceeded);
        Assert.Equal(["a", "b"], summary.Tasks.Select(task => task.Worker).Order());
    }

    [Fact]
    public async Task SeveralWorkers_GroupsAndConcurrencyOfTheirOwn_KeepToThem()
    {
        var running = new Dictionary<string, int> { ["a"] = 0, ["b"] = 0 };
        var most = new Dictionary<string, int> { ["a"] = 0, ["b"] = 0 };
        var full = new CountdownEvent(5);
        var release = new Signal();
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("work", async (int _, TaskContext context, CancellationToken _) =>
            {
                lock (running)
                {
                    most[context.Group] = Math.Max(most[context.Group], ++running[context.Group]);
                }

                if (!full.IsSet)
                {
                    full.Signal();
                }

                await release.Reached;
                lock (running)
                {
                    running[context.Group]--;
                }
            })
            .AddWorker(w => (w.Name, w.Groups, w.Concurrency) = ("for-a", ["a"], 2))
            .AddWorker(w => (w.Name, w.Groups, w.Concurrency) = ("for-b", ["b"], 3)));

        var ids = await host.Queue.EnqueueAsync(
            [.. Enumerable.Range(0, 20).Select(n => new NewTask("work", TestHost.Json("1")) { Group = n % 2 == 0 ? "a" : "b" })]);
        Assert.True(full.Wait(TestHost.Limit));
        release.Set();

        var summary = await host.Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).AsTask().WaitAsync(TestHost.Limit);
        Assert.Equal(20, summary.Succeeded);
        Assert.All(summary.Tasks, task => Assert.Equal($"for-{task.Group}", task.Worker));
        Assert.Equal((2, 3), (most["a"], most["b"]));
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
        }
    }

    private sealed class EnqueuesAtStart(ITaskQueue queue) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken) => await queue.EnqueueAsync("work", 1, cancellationToken: cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
