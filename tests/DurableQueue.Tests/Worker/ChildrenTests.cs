using System.Collections.Concurrent;
using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class ChildrenTests
{
    private readonly ConcurrentQueue<IReadOnlyList<TaskId>> enqueued = new();

    [Fact]
    public async Task Enqueue_HandlerRunsAgain_GivesTheSameChildren()
    {
        await using var host = await StartAsync(async (context, token) =>
        {
            enqueued.Enqueue(
            [
                await context.EnqueueAsync(new NewTask("other"), cancellationToken: token),
                await context.EnqueueAsync(new NewTask("other"), "named", token),
                .. await context.EnqueueAsync([new NewTask("other"), new NewTask("other")], token),
                await context.EnqueueAsync("other", new Page(1), key: "page", cancellationToken: token),
                await context.EnqueueAsync(new Page(2), t => t with { Priority = 4 }, cancellationToken: token),
            ]);
            if (context.Attempt == 1)
            {
                throw new InvalidOperationException("after its children were enqueued");
            }
        });

        var parent = await host.FinishedAsync(await host.Queue.EnqueueAsync("work", new Work()));

        Assert.Equal((TaskOutcome.Succeeded, 2), (parent.Outcome, parent.Attempt));
        var (first, second) = (enqueued.ToArray()[0], enqueued.ToArray()[1]);
        Assert.Equal(6, first.Distinct().Count());
        Assert.Equal(first, second);
        Assert.Equal(7, (await host.Queue.Inspector.CountAsync()).Total.Total);
        Assert.Equal((4, "page.read"), ((await host.GetAsync(first[5])).Priority, (await host.GetAsync(first[5])).Type));
    }

    [Fact]
    public async Task Enqueue_ChildFinishedMeanwhile_IsNotEnqueuedAgain()
    {
        await using var host = await StartAsync(async (context, token) =>
        {
            var child = await context.EnqueueAsync(new NewTask("page.read", TestHost.Json("""{"number":1}""")), cancellationToken: token);
            enqueued.Enqueue([child]);
            Assert.True((await context.WaitForAsync(child, cancellationToken: token)).AllSucceeded);
            if (context.Attempt == 1)
            {
                throw new InvalidOperationException("once");
            }
        });

        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(await host.Queue.EnqueueAsync("work", new Work()))).Outcome);

        Assert.Equal(2, enqueued.Count);
        Assert.Single(enqueued.Select(ids => ids[0]).Distinct());
    }

    [Fact]
    public async Task Enqueue_OtherParent_HasItsOwnChildren()
    {
        await using var host = await StartAsync(async (context, token) =>
            enqueued.Enqueue([await context.EnqueueAsync(new NewTask("other"), "same", token)]));

        await host.FinishedAsync(await host.Queue.EnqueueAsync("work", new Work()));
        await host.FinishedAsync(await host.Queue.EnqueueAsync("work", new Work()));

        Assert.Equal(2, enqueued.Select(ids => ids[0]).Distinct().Count());
    }

    [Fact]
    public async Task Enqueue_Child_KnowsItsParentAndKeepsItsMetadata()
    {
        var seen = new ConcurrentQueue<TaskId?>();
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("work", async (Work _, TaskContext context, CancellationToken token) =>
            {
                seen.Enqueue(context.Parent);
                await context.EnqueueAsync(new Page(1), t => t with { Metadata = new Dictionary<string, string> { ["own"] = "1" } }, cancellationToken: token);
            })
            .AddHandler("page.read", (Page _, TaskContext context, CancellationToken _) =>
            {
                seen.Enqueue(context.Parent);
                return Task.CompletedTask;
            })
            .AddWorker(w => w.Concurrency = 1));

        var parent = await host.Queue.EnqueueAsync("work", new Work());
        await host.FinishedAsync(parent);
        await host.Queue.Inspector.WaitAsync(TaskSelector.All).AsTask().WaitAsync(TestHost.Limit);

        Assert.Equal([null, parent], seen);
        var child = (await host.Queue.Inspector.QueryAsync(new TaskQuery { Types = ["page.read"] })).Tasks.Single();
        Assert.Equal((parent.ToString(), "1"), (child.Metadata[TaskContext.ParentMetadataKey], child.Metadata["own"]));
    }

    [Fact]
    public async Task Enqueue_ListWithABadItem_EnqueuesNone()
    {
        await using var host = await StartAsync(async (context, token) =>
            await context.EnqueueAsync([new NewTask("other"), new NewTask("not a name")], token));

        var parent = await host.FinishedAsync(await host.Queue.EnqueueAsync("work", new Work(), t => t with { MaxAttempts = 1 }));

        Assert.Contains("tasks[1]", parent.LastError, StringComparison.Ordinal);
        Assert.Equal(1, (await host.Queue.Inspector.CountAsync()).Total.Total);
    }

    [Theory]
    [InlineData("DedupKey")]
    [InlineData("empty")]
    [InlineData("long")]
    public async Task Enqueue_BadKey_IsTheCallersMistake(string mistake)
    {
        await using var host = await StartAsync(async (context, token) => _ = mistake switch
        {
            "DedupKey" => await context.EnqueueAsync(new NewTask("other") { DedupKey = "mine" }, cancellationToken: token),
            "empty" => await context.EnqueueAsync(new NewTask("other"), "", token),
            _ => await context.EnqueueAsync(new NewTask("other"), new string('k', 257), token),
        });

        var parent = await host.FinishedAsync(await host.Queue.EnqueueAsync("work", new Work(), t => t with { MaxAttempts = 1 }));

        Assert.StartsWith("System.ArgumentException", parent.LastError, StringComparison.Ordinal);
        Assert.Equal(1, (await host.Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Keys_ParentDeleted_GoWithIt()
    {
        await using var host = await StartAsync(async (context, token) => await context.EnqueueAsync(new NewTask("other"), "k", token));
        var parent = await host.Queue.EnqueueAsync("work", new Work());
        await host.FinishedAsync(parent);
        var probe = new NewTask("other") { DedupKey = $"child:{parent}:key:k" };
        Assert.False((await host.Queue.EnqueueOrGetAsync(probe)).Created);

        // The key of a task whose id begins with the same digits must stay.
        var neighbour = new NewTask("other") { DedupKey = $"child:{parent}0:key:k", DedupScope = DedupScope.Forever };
        await host.Queue.EnqueueAsync(neighbour);
        await host.Queue.Control.RemoveAsync([parent]);

        Assert.True((await host.Queue.EnqueueOrGetAsync(probe)).Created);
        Assert.False((await host.Queue.EnqueueOrGetAsync(neighbour)).Created);
    }

    private static Task<TestHost> StartAsync(Func<TaskContext, CancellationToken, Task> handler) => TestHost.StartAsync(q => q
        .AddHandler("work", (Work _, TaskContext context, CancellationToken token) => handler(context, token), h => h.Retry = RetryPolicy.Immediate)
        .AddHandler("page.read", (Page _, TaskContext _, CancellationToken _) => Task.CompletedTask)
        .AddWorker(w => w.Concurrency = 1));

    private sealed record Work;

    private sealed record Page(int Number);
}
