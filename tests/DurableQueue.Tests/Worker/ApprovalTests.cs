using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace DurableQueue.Tests.Worker;

/// <summary>Handlers that ask people, in real hosts.</summary>
public sealed class ApprovalTests
{
    private readonly Signal stopped = new();
    private readonly List<ApprovalInfo> given = [];
    private Func<TaskContext, CancellationToken, Task> handle;

    public ApprovalTests() => handle = async (context, token) =>
    {
        var decision = await context.RequestApprovalAsync("Bash", "rm -rf build", cancellationToken: token);
        lock (given)
        {
            given.Add(decision);
        }
    };

    [Fact]
    public async Task RequestApproval_Approved_GoesOnWithTheDecision()
    {
        await using var host = await StartAsync();
        var id = await host.Queue.EnqueueAsync("agent", new Work());
        var request = await NextPendingAsync(host);

        await host.Queue.Approvals.ApproveAsync(request.Id, "ann", "go");

        Assert.Equal((TaskOutcome.Succeeded, 1), await EndAsync(host, id));
        Assert.Equal((request.Id, "ann", "go", "rm -rf build"), (given[0].Id, given[0].DecidedBy, given[0].Note, given[0].Arguments));
    }

    [Fact]
    public async Task RequestApproval_Rejected_LetOut_EndsTheTaskForGoodWithThatOutcome()
    {
        await using var host = await StartAsync();
        var id = await host.Queue.EnqueueAsync("agent", new Work());

        await host.Queue.Approvals.RejectAsync((await NextPendingAsync(host)).Id, "ann", "too dangerous");

        Assert.Equal((TaskOutcome.Rejected, 1), await EndAsync(host, id));
        var error = (await host.GetAsync(id)).LastError;
        Assert.Contains("rejected by ann: too dangerous", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestApproval_Rejected_Caught_TheHandlerDoesSomethingElse()
    {
        ApprovalRejectedException? caught = null;
        handle = async (context, token) => caught = await Assert.ThrowsAsync<ApprovalRejectedException>(() => context.RequestApprovalAsync("Bash", "x", cancellationToken: token));
        await using var host = await StartAsync();
        var id = await host.Queue.EnqueueAsync("agent", new Work());

        await host.Queue.Approvals.RejectAsync((await NextPendingAsync(host)).Id, "ann", "no");

        Assert.Equal((TaskOutcome.Succeeded, 1), await EndAsync(host, id));
        Assert.Equal(("ann", "no", ApprovalStatus.Rejected), (caught!.By, caught.Reason, caught.Request.Status));
    }

    [Fact]
    public async Task RequestApproval_NobodyDecides_ExpiresByTheQueuesClockAndRejects()
    {
        handle = (context, token) => context.RequestApprovalAsync("Bash", "x", new ApprovalOptions { ExpiresAfter = TimeSpan.FromSeconds(4) }, token);
        await using var host = await StartAsync(manualTime: true);
        var id = await host.Queue.EnqueueAsync("agent", new Work());
        await NextPendingAsync(host);

        host.Time.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal((TaskOutcome.Rejected, 1), await EndAsync(host, id));
        Assert.Contains("expired", (await host.GetAsync(id)).LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestApproval_Waiting_GivesTheSlotsBackAndKeepsTheLease()
    {
        await using var host = await StartAsync(manualTime: true);
        await host.Queue.Groups.SetParallelismAsync(NewTask.DefaultGroup, 1);
        var id = await host.Queue.EnqueueAsync("agent", new Work());
        var request = await NextPendingAsync(host);
        Assert.Equal(id, await host.Spy.Suspended.ReadAsync().AsTask().WaitAsync(TestHost.Limit));

        // The one slot of the worker and of the group is free for another task.
        Assert.Equal((TaskOutcome.Succeeded, 1), await EndAsync(host, await host.Queue.EnqueueAsync("probe", new Work())));
        Assert.True((await host.GetAsync(id)).Waiting);
        for (var i = 0; i < 5; i++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(1, await host.Spy.Heartbeats.ReadAsync().AsTask().WaitAsync(TestHost.Limit));
        }

        Assert.Equal(0, await host.Queue.ReapExpiredAsync());
        await host.Queue.Approvals.ApproveAsync(request.Id, "ann");
        Assert.Equal((TaskOutcome.Succeeded, 1), await EndAsync(host, id));
        Assert.Equal((0, 0), await SlotsAsync(host));
    }

    [Fact]
    public async Task RequestApproval_KeepSlot_HoldsTheSlots()
    {
        handle = (context, token) => context.RequestApprovalAsync("Bash", "x", new ApprovalOptions { KeepSlot = true }, token);
        await using var host = await StartAsync();
        var id = await host.Queue.EnqueueAsync("agent", new Work());
        var request = await NextPendingAsync(host);
        var probe = await host.Queue.EnqueueAsync("probe", new Work());

        Assert.Equal((1, 0), await SlotsAsync(host));
        Assert.False((await host.GetAsync(id)).Waiting);
        Assert.Equal(TaskState.Queued, (await host.GetAsync(probe)).State);
        await host.Queue.Approvals.ApproveAsync(request.Id, "ann");

        Assert.Equal((TaskOutcome.Succeeded, 1), await EndAsync(host, id));
        Assert.Equal((TaskOutcome.Succeeded, 1), await EndAsync(host, probe));
    }

    [Fact]
    public async Task RequestApproval_Waiting_TheTimeoutDoesNotCount()
    {
        handle = async (context, token) =>
        {
            await context.RequestApprovalAsync("Bash", "x", cancellationToken: token);
            await stopped.WaitAsync(token);
        };
        await using var host = await StartAsync(manualTime: true, lease: TimeSpan.FromHours(24));
        var id = await host.Queue.EnqueueAsync("agent", new Work(), t => t with { Timeout = TimeSpan.FromSeconds(30), MaxAttempts = 1 });
        var request = await NextPendingAsync(host);
        await host.Spy.Suspended.ReadAsync().AsTask().WaitAsync(TestHost.Limit);
        host.Time.Advance(TimeSpan.FromMinutes(2));
        await host.Queue.Approvals.ApproveAsync(request.Id, "ann");
        Assert.Equal(id, await host.Spy.Resumed.ReadAsync().AsTask().WaitAsync(TestHost.Limit));

        // And from then on it does.
        var ended = host.FinishedAsync(id);
        await AdvanceUntilEndedAsync(host.Time, ended);
        Assert.Equal(TaskOutcome.TimedOut, (await ended).Outcome);
    }

    [Fact]
    public async Task RequestApproval_AnsweredLongAfterTheTimeout_LeavesTheAttemptItsTime()
    {
        handle = async (context, token) =>
        {
            await context.RequestApprovalAsync("Bash", "x", cancellationToken: token);
            token.ThrowIfCancellationRequested();
        };
        await using var host = await StartAsync(manualTime: true, lease: TimeSpan.FromHours(1));
        var id = await host.Queue.EnqueueAsync("agent", new Work(), t => t with { Timeout = TimeSpan.FromSeconds(30), MaxAttempts = 1 });
        var request = await NextPendingAsync(host);
        await host.Spy.Suspended.ReadAsync().AsTask().WaitAsync(TestHost.Limit);
        host.Time.Advance(TimeSpan.FromMinutes(2));

        await host.Queue.Approvals.ApproveAsync(request.Id, "ann");

        Assert.Equal((TaskOutcome.Succeeded, 1), await EndAsync(host, id));
    }

    [Fact]
    public async Task RequestApproval_SameCallTwiceInAnAttempt_NeedsTwoDecisions()
    {
        handle = async (context, token) =>
        {
            await context.RequestApprovalAsync("Bash", "x", cancellationToken: token);
            await context.RequestApprovalAsync("Bash", "x", cancellationToken: token);
        };
        await using var host = await StartAsync();
        var id = await host.Queue.EnqueueAsync("agent", new Work());
        var first = await NextPendingAsync(host);
        await host.Queue.Approvals.ApproveAsync(first.Id, "ann");

        var second = await NextPendingAsync(host, first.Id);
        await host.Queue.Approvals.ApproveAsync(second.Id, "ann");

        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal((TaskOutcome.Succeeded, 1), await EndAsync(host, id));
    }

    [Fact]
    public async Task RequestApproval_SameKeyTwice_IsOneRequest()
    {
        handle = async (context, token) =>
        {
            var once = new ApprovalOptions { Key = "deploy" };
            Assert.Equal(
                (await context.RequestApprovalAsync("Bash", "x", once, token)).Id,
                (await context.RequestApprovalAsync("Bash", "x", once, token)).Id);
        };
        await using var host = await StartAsync();
        var id = await host.Queue.EnqueueAsync("agent", new Work(), t => t with { MaxAttempts = 1 });

        await host.Queue.Approvals.ApproveAsync((await NextPendingAsync(host)).Id, "ann");

        Assert.Equal((TaskOutcome.Succeeded, 1), await EndAsync(host, id));
        Assert.Single(await TrailAsync(host));
    }

    [Fact]
    public async Task RequestApproval_LaterAttempt_GetsTheDecisionsOfTheEarlierOneAndAsksForTheRest()
    {
        handle = async (context, token) =>
        {
            await context.RequestApprovalAsync("Bash", "first", cancellationToken: token);
            if (context.Attempt == 1)
            {
                throw new InvalidOperationException("broken");
            }

            await context.RequestApprovalAsync("Bash", "second", cancellationToken: token);
        };
        await using var host = await StartAsync();
        var id = await host.Queue.EnqueueAsync("agent", new Work(), t => t with { Retry = RetryPolicy.Immediate });
        var first = await NextPendingAsync(host);
        await host.Queue.Approvals.ApproveAsync(first.Id, "ann");

        var second = await NextPendingAsync(host, first.Id);
        Assert.Equal(("second", 2), (second.Arguments, second.Attempt));
        await host.Queue.Approvals.ApproveAsync(second.Id, "ann");

        Assert.Equal((TaskOutcome.Succeeded, 2), await EndAsync(host, id));
        Assert.Equal(["first", "second"], (await TrailAsync(host)).Select(record => record.Arguments));
    }

    [Fact]
    public async Task RequestApproval_HostStops_IsGivenBackAndTheNextHostWaitsForTheSameRequest()
    {
        handle = async (context, token) =>
        {
            try
            {
                await context.RequestApprovalAsync("Bash", "x", cancellationToken: token);
            }
            catch (OperationCanceledException)
            {
                Assert.True(token.IsCancellationRequested);
                stopped.Set();
                throw;
            }
        };
        await using var host = await StartAsync();
        var id = await host.Queue.EnqueueAsync("agent", new Work());
        var request = await NextPendingAsync(host);

        await host.StopAsync();

        await stopped.Reached;
        Assert.Equal((TaskState.Queued, 0), ((await host.GetAsync(id)).State, (await host.GetAsync(id)).Attempt));
        Assert.Equal(request.Id, Assert.Single(await host.Queue.Approvals.ListPendingAsync()).Id);
    }

    [Fact]
    public async Task RequestApproval_TaskCancelled_EndsTheWaitAndWithdrawsTheRequest()
    {
        await using var host = await StartAsync();
        var id = await host.Queue.EnqueueAsync("agent", new Work());
        var request = await NextPendingAsync(host);

        await host.Queue.Control.CancelAsync(id);

        Assert.Equal((TaskOutcome.Killed, 1), await EndAsync(host, id));
        Assert.Equal(ApprovalStatus.Withdrawn, (await host.Queue.Approvals.GetAsync(request.Id))!.Status);
        Assert.Equal((0, 0), await SlotsAsync(host));
    }

    [Fact]
    public async Task RequestApproval_LeaseLost_StopsTheHandler()
    {
        handle = async (context, token) =>
        {
            try
            {
                await context.RequestApprovalAsync("Bash", "x", cancellationToken: token);
            }
            catch (OperationCanceledException)
            {
                stopped.Set();
                throw;
            }
        };
        await using var host = await StartAsync();
        var id = await host.Queue.EnqueueAsync("agent", new Work());
        await NextPendingAsync(host);

        Assert.True(await host.Queue.FailAsync(host.Spy.CheckedOut.Single().Lease, new TaskFailure("taken away") { Permanent = true }));

        await stopped.Reached;
        Assert.Equal("taken away", (await host.GetAsync(id)).LastError);
    }

    [Fact]
    public async Task RequestApproval_ArgumentsAsAnObject_AreItsJson()
    {
        handle = (context, token) => context.RequestApprovalAsync("Deploy", new Deploy("shop", 7), cancellationToken: token);
        await using var host = await StartAsync();
        await host.Queue.EnqueueAsync("agent", new Work());

        Assert.Equal("""{"app":"shop","version":7}""", (await NextPendingAsync(host)).Arguments);
    }

    [Fact]
    public async Task RequestApproval_ManyAtOnce_EachHandlerGetsItsOwnDecision()
    {
        handle = async (context, token) =>
        {
            var decision = await context.RequestApprovalAsync("Bash", context.Id.ToString(), cancellationToken: token);
            Assert.Equal(context.Id, decision.TaskId);
        };
        await using var host = await StartAsync();
        var ids = await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 20).Select(_ => new NewTask("agent", TestHost.Json("{}")) { MaxAttempts = 1 })]);
        using var enough = new CancellationTokenSource(TestHost.Limit);
        var decided = 0;

        await foreach (var request in host.Queue.Approvals.WatchPendingAsync(cancellationToken: enough.Token))
        {
            await host.Queue.Approvals.ApproveAsync(request.Id, "ann", cancellationToken: enough.Token);
            if (++decided == ids.Count)
            {
                break;
            }
        }

        Assert.True((await host.Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).AsTask().WaitAsync(TestHost.Limit)).AllSucceeded);
    }

    [Fact]
    public async Task Gates_OfTwoVersions_StandBesideEachOther()
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("probe", (Work _, TaskContext _, CancellationToken _) => Task.CompletedTask)
            .AddApprovalGate(new ApprovalGate("production") { Group = "production", Approvers = ["ann"] })
            .AddApprovalGate(new ApprovalGate("deploys") { Type = "deploy" }));
        await host.Queue.Approvals.SetGateAsync(new ApprovalGate("mine") { Type = "mine" });

        await using var next = new ServiceCollection().AddLogging()
            .AddDurableQueue(q => q.UseSqlite(host.Path).AddApprovalGate(new ApprovalGate("production") { Group = "production", Approvers = ["bob"] }))
            .BuildServiceProvider();
        next.GetRequiredService<ITaskQueue>();

        var gates = await host.Queue.Approvals.ListGatesAsync();
        Assert.Equal(["deploys", "mine", "production"], gates.Select(gate => gate.Name));
        Assert.Equal(["bob"], gates[2].Approvers!);
    }

    [Fact]
    public async Task Gates_Wrong_StopTheHostWithAllThatIsWrong()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestHost.StartAsync(q => q
            .AddApprovalGate(new ApprovalGate("empty"))
            .AddApprovalGate(new ApprovalGate("twice") { Type = "a" })
            .AddApprovalGate(new ApprovalGate("twice") { Type = "b" })));

        Assert.Contains("'empty' has no condition", error.Message, StringComparison.Ordinal);
        Assert.Contains("2 gates are called 'twice'", error.Message, StringComparison.Ordinal);
    }

    private Task<TestHost> StartAsync(bool manualTime = false, TimeSpan? lease = null) => TestHost.StartAsync(
        q => q
            .AddHandler("agent", (Work _, TaskContext context, CancellationToken token) => handle(context, token))
            .AddHandler("probe", (Work _, TaskContext _, CancellationToken _) => Task.CompletedTask)
            .AddWorker(w => (w.Concurrency, w.LeaseDuration) = (1, lease ?? TimeSpan.FromSeconds(6))),
        manualTime);

    /// <summary>The next request that is pending, behind another one.</summary>
    private static async Task<ApprovalInfo> NextPendingAsync(TestHost host, ApprovalId after = default)
    {
        using var limit = new CancellationTokenSource(TestHost.Limit);
        await foreach (var request in host.Queue.Approvals.WatchPendingAsync(after, limit.Token))
        {
            return request;
        }

        throw new InvalidOperationException("The watch ended.");
    }

    /// <summary>Moves the clock on until the task has ended.</summary>
    private static async Task AdvanceUntilEndedAsync(ManualTimeProvider time, Task<TaskInfo> ended)
    {
        while (!ended.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(ended, Task.Run(() => { }));
        }
    }

    private static async Task<(TaskOutcome Outcome, int Attempt)> EndAsync(TestHost host, TaskId id)
    {
        var task = await host.FinishedAsync(id);
        return (task.Outcome, task.Attempt);
    }

    private static async Task<(int Running, int Waiting)> SlotsAsync(TestHost host)
    {
        var group = await host.Queue.Groups.GetAsync(NewTask.DefaultGroup);
        return (group!.Running, group.Waiting);
    }

    private static async Task<List<ApprovalInfo>> TrailAsync(TestHost host)
    {
        var records = new List<ApprovalInfo>();
        await foreach (var record in host.Queue.Approvals.ReadAsync())
        {
            records.Add(record);
        }

        return records;
    }

    private sealed record Work;

    private sealed record Deploy(string App, int Version);
}
