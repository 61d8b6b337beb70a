using System.Text.Json;
using DurableQueue.Tests.Worker;
using Xunit;

namespace DurableQueue.Tests.Hosting;

public sealed class ResultTests
{
    [Fact]
    public async Task GetResult_ReadsWhatTheHandlerWrote_WithTheHostsJson()
    {
        await using var host = await TestHost.StartAsync(q => q
            .UseJson(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.KebabCaseUpper })
            .AddHandler("count", (string text) => new Answer(text.Length))
            .AddWorker());

        var id = await host.Queue.EnqueueAsync("count", "12345");
        await host.FinishedAsync(id);

        Assert.Equal(new Answer(5), await host.Queue.Inspector.GetResultAsync<Answer>(id));
    }

    [Fact]
    public async Task GetResult_NoneOrUnreadable_IsDefaultOrAnError()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler("none", (int n) => { }).AddHandler("text", (int n) => "text").AddWorker());
        var queued = await host.Queue.EnqueueAsync(new NewTask("unknown"));
        var none = await host.Queue.EnqueueAsync("none", 1);
        var text = await host.Queue.EnqueueAsync("text", 1);
        await host.FinishedAsync(none);
        await host.FinishedAsync(text);

        Assert.Null(await host.Queue.Inspector.GetResultAsync<Answer>(queued));
        Assert.Null(await host.Queue.Inspector.GetResultAsync<int?>(none));
        var error = await Assert.ThrowsAsync<DurableQueueException>(async () => await host.Queue.Inspector.GetResultAsync<Answer>(text));
        Assert.Contains($"result of task {text}", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TaskNotFoundException>(async () => await host.Queue.Inspector.GetResultAsync<Answer>(new TaskId(999)));
    }

    [Fact]
    public async Task EnqueueAndWait_TaskIsCancelled_ThrowsItsOutcome()
    {
        await using var host = await TestHost.StartAsync(q => { });
        var waiting = host.Queue.EnqueueAndWaitAsync<int>(new NewTask("nobody") { Label = "x" }, TestHost.Limit);
        var task = Assert.Single(await TasksAsync(host, "nobody"));
        await host.Queue.Control.CancelAsync(task.Id, "not wanted");

        var error = await Assert.ThrowsAsync<TaskFailedException>(() => waiting);

        Assert.Equal((task.Id, TaskOutcome.Cancelled, "not wanted"), (error.Id, error.Outcome, error.Error));
    }

    [Fact]
    public async Task EnqueueAndWait_TimeoutOrCancellation_LeavesTheTaskRunning()
    {
        var go = new Signal();
        var started = new Signal();
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("slow", async (int n, CancellationToken token) =>
            {
                started.Set();
                await go.WaitAsync(token);
                return n;
            })
            .AddWorker(w => w.Concurrency = 2));
        using var enough = new CancellationTokenSource();

        await Assert.ThrowsAsync<TimeoutException>(() => host.Queue.EnqueueAndWaitAsync<int>("slow", 1, timeout: TimeSpan.Zero));
        await started.Reached;
        var waiting = host.Queue.EnqueueAndWaitAsync<int>(new NewTask("slow", "2"u8.ToArray()), null, enough.Token);
        var tasks = await TasksAsync(host, "slow");
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TestHost.Limit));
        go.Set();

        Assert.Equal(2, tasks.Count);
        foreach (var task in tasks)
        {
            Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(task.Id)).Outcome);
        }
    }

    /// <summary>The tasks of one type. Writes go in the order of their calls: those whose enqueue was begun before are stored.</summary>
    private static async Task<IReadOnlyList<TaskInfo>> TasksAsync(TestHost host, string type)
    {
        await host.Queue.EnqueueAsync(new NewTask("fence"));
        return [.. (await host.Queue.Inspector.QueryAsync(new TaskQuery())).Tasks.Where(task => task.Type == type)];
    }

    public sealed record Answer(int LetterCount);
}
