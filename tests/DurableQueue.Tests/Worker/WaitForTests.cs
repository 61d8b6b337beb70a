using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class WaitForTests
{
    private readonly Signal childBegan = new();
    private readonly Signal cancelled = new();
    private readonly Signal release = new();
    private Func<Task> probe = () => Task.CompletedTask;

    [Fact]
    public async Task WaitFor_DepthOfFifty_GroupLimitAndConcurrencyOfOne_Ends()
    {
        const int Depth = 50;
        int running = 0, most = 0;
        TestHost? host = null;
        await using var started = host = await TestHost.StartAsync(q => q
            .AddHandler<Node, int>("node", async (node, context, token) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                var below = 0;
                if (node.Depth < Depth)
                {
                    var child = await context.EnqueueAsync("node", new Node(node.Depth + 1), cancellationToken: token);
                    Interlocked.Decrement(ref running);
                    var summary = await context.WaitForAsync(child, cancellationToken: token);
                    most = Math.Max(most, Interlocked.Increment(ref running));
                    Assert.True(summary.AllSucceeded);
                    below = TestHost.Read<int>((await host!.Queue.Inspector.GetResultAsync(child, token))!.Value);
                }

                Interlocked.Decrement(ref running);
                return below + 1;
            })
            .AddWorker(w => w.Concurrency = 1));
        await host.Queue.Groups.SetParallelismAsync(NewTask.DefaultGroup, 1);

        var root = await host.FinishedAsync(await host.Queue.EnqueueAsync("node", new Node(1)));

        Assert.Equal((TaskOutcome.Succeeded, 1), (root.Outcome, root.Attempt));
        Assert.Equal(Depth, TestHost.Read<int>((await host.Queue.Inspector.GetResultAsync(root.Id))!.Value));
        Assert.Equal(1, most);
        var group = await host.Queue.Groups.GetAsync(NewTask.DefaultGroup);
        Assert.Equal((0, 0), (group!.Running, group.Waiting));
    }

    [Fact]
    public async Task WaitFor_Waiting_TheAttemptTakesNoSlotAndItsLeaseIsRenewed()
    {
        await using var host = await StartAsync(manualTime: true);
        var (parent, child) = await ParentWaitsAsync(host);

        Assert.Equal((TaskState.CheckedOut, true), ((await host.GetAsync(parent)).State, (await host.GetAsync(parent)).Waiting));
        for (var i = 0; i < 5; i++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(2, await host.Spy.Heartbeats.ReadAsync().AsTask().WaitAsync(TestHost.Limit));
        }

        Assert.Equal(0, await host.Queue.ReapExpiredAsync());
        release.Set();
        Assert.Equal((TaskOutcome.Succeeded, 1), ((await host.FinishedAsync(parent)).Outcome, (await host.GetAsync(parent)).Attempt));
        Assert.Equal(TaskOutcome.Succeeded, (await host.GetAsync(child)).Outcome);
    }

    [Fact]
    public async Task WaitFor_ParentCancelled_EndsTheWait()
    {
        await using var host = await StartAsync();
        var (parent, _) = await ParentWaitsAsync(host);

        Assert.Equal(CancelResult.Requested, await host.Queue.Control.CancelAsync(parent));

        await cancelled.Reached;
        Assert.Equal(TaskOutcome.Killed, (await host.FinishedAsync(parent)).Outcome);
        await AssertSlotsAreFreeAsync(host);
    }

    [Fact]
    public async Task WaitFor_ParentsTimeout_EndsTheWait()
    {
        await using var host = await StartAsync(manualTime: true);
        var (parent, _) = await ParentWaitsAsync(host, t => t with { Timeout = TimeSpan.FromSeconds(1), MaxAttempts = 1 });

        host.Time.Advance(TimeSpan.FromSeconds(1));

        await cancelled.Reached;
        Assert.Equal(TaskOutcome.TimedOut, (await host.FinishedAsync(parent)).Outcome);
        await AssertSlotsAreFreeAsync(host);
    }

    [Fact]
    public async Task WaitFor_LeaseLost_EndsTheWait()
    {
        await using var host = await StartAsync(manualTime: true);
        var (parent, _) = await ParentWaitsAsync(host);

        var lease = host.Spy.CheckedOut.Single(task => task.Id == parent).Lease;
        Assert.True(await host.Queue.FailAsync(lease, new TaskFailure("taken away") { Permanent = true }));
        host.Time.Advance(TimeSpan.FromSeconds(2));

        await cancelled.Reached;
        await host.Logs.Logged(213);
        Assert.Equal("taken away", (await host.GetAsync(parent)).LastError);
        await AssertSlotsAreFreeAsync(host);
    }

    [Fact]
    public async Task WaitFor_LeaseLostWhenTheWaitEnds_HandlerIsStopped()
    {
        await using var host = await StartAsync(manualTime: true);
        var (parent, child) = await ParentWaitsAsync(host);
        var lease = host.Spy.CheckedOut.Single(task => task.Id == parent).Lease;
        Assert.True(await host.Queue.FailAsync(lease, new TaskFailure("taken away") { Permanent = true }));

        release.Set();

        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(child)).Outcome);
        await cancelled.Reached;
    }

    [Fact]
    public async Task WaitFor_Shutdown_IsGivenBackUnchargedAtOnce()
    {
        await using var host = await StartAsync();
        var (parent, child) = await ParentWaitsAsync(host);

        var stop = host.StopAsync();
        await cancelled.Reached;
        Assert.False(release.IsSet);
        release.Set();
        await stop;

        var task = await host.GetAsync(parent);
        Assert.Equal((TaskState.Queued, 0, false), (task.State, task.Attempt, task.Waiting));
        Assert.Empty(await host.Queue.Inspector.GetAttemptsAsync(parent));
        Assert.Equal(TaskOutcome.Succeeded, (await host.GetAsync(child)).Outcome);
    }

    [Fact]
    public async Task WaitFor_OwnLimit_GoesOnWithTheSlot()
    {
        WaitSummary? summary = null;
        release.Set();
        await using var host = await StartAsync(async (context, _, token) =>
        {
            var never = await context.EnqueueAsync(new NewTask("no.handler"), cancellationToken: token);
            summary = await context.WaitForAsync([never], new WaitOptions { Timeout = TimeSpan.Zero }, token);
        });

        var parent = await host.FinishedAsync(await host.Queue.EnqueueAsync("parent", new Work()));

        Assert.Equal(TaskOutcome.Succeeded, parent.Outcome);
        Assert.Equal((true, 1), (summary!.TimedOut, summary.Total));
    }

    [Fact]
    public async Task WaitFor_TwoWaitsAtOnce_TakeOneSlotBack()
    {
        await using var host = await StartAsync((context, child, token) =>
            Task.WhenAll(context.WaitForAsync(child, cancellationToken: token), context.WaitForAsync([child], null, token)));
        var (parent, _) = await ParentWaitsAsync(host);

        release.Set();

        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(parent)).Outcome);
        await AssertSlotsAreFreeAsync(host);
    }

    [Fact]
    public async Task WaitFor_NotAwaited_CostsNoSlot()
    {
        await using var host = await StartAsync((context, child, token) =>
        {
            _ = context.WaitForAsync(child, cancellationToken: token);
            return Task.CompletedTask;
        });
        var parent = await host.Queue.EnqueueAsync("parent", new Work());

        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(parent)).Outcome);
        release.Set();

        await AssertSlotsAreFreeAsync(host);
    }

    [Fact]
    public async Task WaitFor_ItselfOrAnAncestor_IsRefused()
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("node", async (Node node, TaskContext context, CancellationToken token) =>
            {
                if (node.Depth < 3)
                {
                    await context.WaitForAsync(await context.EnqueueAsync("node", new Node(node.Depth + 1), t => t with { MaxAttempts = 1 }, cancellationToken: token), cancellationToken: token);
                    return;
                }

                foreach (var id in new[] { context.Id, context.Parent!.Value, new TaskId(1) })
                {
                    Assert.Contains($"task {id}", (await Assert.ThrowsAsync<ArgumentException>(() => context.WaitForAsync(id, cancellationToken: token))).Message, StringComparison.Ordinal);
                }
            })
            .AddWorker(w => w.Concurrency = 1));

        var root = await host.Queue.EnqueueAsync("node", new Node(1));
        Assert.Equal(new TaskId(1), root);

        var all = await host.Queue.Inspector.WaitAsync(TaskSelector.All).AsTask().WaitAsync(TestHost.Limit);
        Assert.All((await host.Queue.Inspector.QueryAsync(new TaskQuery())).Tasks, task => Assert.Equal((TaskOutcome.Succeeded, null), (task.Outcome, task.LastError)));
        Assert.Equal(0, all.Failed);
    }

    [Fact]
    public async Task WaitFor_UnknownTask_FailsTheAttemptAndNothingElse()
    {
        release.Set();
        await using var host = await StartAsync((context, _, token) => context.WaitForAsync(new TaskId(12345), cancellationToken: token));

        var parent = await host.FinishedAsync(await host.Queue.EnqueueAsync("parent", new Work(), t => t with { MaxAttempts = 1 }));

        Assert.Contains(nameof(TaskNotFoundException), parent.LastError, StringComparison.Ordinal);
        await AssertSlotsAreFreeAsync(host);
    }

    [Fact]
    public async Task WaitFor_StoreTrouble_IsOutlasted()
    {
        await using var host = await StartAsync();
        host.Spy.Fail(nameof(ITaskQueue.SuspendAsync), 1);
        host.Spy.Fail(nameof(ITaskQueue.ResumeAsync), 1);
        release.Set();

        var parent = await host.FinishedAsync(await host.Queue.EnqueueAsync("parent", new Work()));

        Assert.Equal((TaskOutcome.Succeeded, 1), (parent.Outcome, parent.Attempt));
    }

    /// <summary>Enqueues a parent and waits until its child runs in the slot that it gave back.</summary>
    private async Task<(TaskId Parent, TaskId Child)> ParentWaitsAsync(TestHost host, Func<NewTask, NewTask>? configure = null)
    {
        var parent = await host.Queue.EnqueueAsync("parent", new Work(), configure);
        await childBegan.Reached;
        return (parent, new TaskId(parent.Value + 1));
    }

    /// <summary>The one slot of the worker and of the group is there again: two tasks one after the other, not at once.</summary>
    private async Task AssertSlotsAreFreeAsync(TestHost host)
    {
        release.Set();
        int running = 0, most = 0;
        probe = async () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
        };
        var ids = await host.Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("probe", TestHost.Json("{}")), 10)]);
        Assert.True((await host.Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).AsTask().WaitAsync(TestHost.Limit)).AllSucceeded);
        Assert.Equal(1, most);
        var group = await host.Queue.Groups.GetAsync(NewTask.DefaultGroup);
        Assert.Equal((0, 0), (group!.Running, group.Waiting));
    }

    private Task<TestHost> StartAsync(Func<TaskContext, TaskId, CancellationToken, Task>? wait = null, bool manualTime = false)
    {
        wait ??= (context, child, token) => context.WaitForAsync(child, cancellationToken: token);
        return TestHost.StartAsync(
            q => q
                .AddHandler(
                    "parent",
                    async (Work _, TaskContext context, CancellationToken token) =>
                    {
                        var child = await context.EnqueueAsync("child", new Work(), cancellationToken: token);
                        try
                        {
                            await wait(context, child, token);
                        }
                        catch (OperationCanceledException)
                        {
                            Assert.True(token.IsCancellationRequested);
                            cancelled.Set();
                            throw;
                        }
                    })
                .AddHandler("child", async (Work _, TaskContext _, CancellationToken token) =>
                {
                    childBegan.Set();
                    await release.WaitAsync(token);
                })
                .AddHandler("probe", (Work _, TaskContext _, CancellationToken _) => probe())
                .AddWorker(w => (w.Concurrency, w.LeaseDuration, w.ShutdownTimeout) = (1, TimeSpan.FromSeconds(6), TimeSpan.FromHours(1))),
            manualTime);
    }

    private sealed record Work;

    private sealed record Node(int Depth);
}
