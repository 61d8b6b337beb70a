using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class HandlerTests
{
    [Fact]
    public async Task Handler_Returns_TaskIsDone()
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler<Greet, GreetHandler>("greet")
            .AddWorker(w => w.Name = "w1"));

        var id = await host.Queue.EnqueueAsync("greet", new Greet("Ada"));

        var task = await host.FinishedAsync(id);
        Assert.Equal(TaskOutcome.Succeeded, task.Outcome);
        Assert.Equal("w1", task.Worker);
        Assert.True((await host.Queue.Inspector.GetResultAsync(id))!.Value.IsEmpty);
    }

    [Fact]
    public async Task HandlerWithResult_Returns_ResultIsStoredAsJson()
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler<Greet, Greeting, GreetingHandler>("greet.class")
            .AddHandler("greet.function", (Greet greet, TaskContext _, CancellationToken _) => Task.FromResult(new Greeting("Hi " + greet.Name)))
            .AddWorker());

        var byClass = await host.Queue.EnqueueAsync("greet.class", new Greet("Ada"));
        var byFunction = await host.Queue.EnqueueAsync("greet.function", new Greet("Bob"));

        await host.FinishedAsync(byClass);
        await host.FinishedAsync(byFunction);
        Assert.Equal("Hello Ada", TestHost.Read<Greeting>((await host.Queue.Inspector.GetResultAsync(byClass))!.Value).Text);
        Assert.Equal("Hi Bob", TestHost.Read<Greeting>((await host.Queue.Inspector.GetResultAsync(byFunction))!.Value).Text);
    }

    [Fact]
    public async Task Context_TellsTheTask()
    {
        TaskContext? seen = null;
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("look", (Greet _, TaskContext context, CancellationToken _) =>
            {
                seen = context;
                return Task.CompletedTask;
            })
            .AddWorker());

        var id = await host.Queue.EnqueueAsync(
            "look", new Greet("x"), t => t with { Group = "g", Metadata = new Dictionary<string, string> { ["tenant"] = "acme" } });

        await host.FinishedAsync(id);
        Assert.NotNull(seen);
        Assert.Equal((id, 1, "look", "g"), (seen.Id, seen.Attempt, seen.Type, seen.Group));
        Assert.Equal("acme", seen.Metadata["tenant"]);
    }

    [Fact]
    public async Task Attempt_HasAScopeOfItsOwn_DisposedBeforeTheTaskIsDone()
    {
        var log = new ConcurrentQueue<string>();
        await using var host = await TestHost.StartAsync(
            q => q.AddHandler<Greet, ScopedHandler>("scoped", h => h.Retry = RetryPolicy.Immediate).AddWorker(),
            services => services.AddSingleton(log).AddScoped<Resource>());

        var id = await host.Queue.EnqueueAsync("scoped", new Greet("x"));

        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(id)).Outcome);
        Assert.Equal(["made", "attempt 1", "disposed", "made", "attempt 2", "disposed"], log);
    }

    [Fact]
    public async Task Handler_Throws_IsTriedAgainAfterTheBackoff()
    {
        var attempts = new ConcurrentQueue<int>();
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler(
                "flaky",
                (Greet _, TaskContext context, CancellationToken _) =>
                {
                    attempts.Enqueue(context.Attempt);
                    return context.Attempt < 3 ? throw new InvalidOperationException($"no luck {context.Attempt}") : Task.CompletedTask;
                },
                h => h.Retry = RetryPolicy.Fixed(TimeSpan.FromMilliseconds(20)))
            .AddWorker());

        var id = await host.Queue.EnqueueAsync("flaky", new Greet("x"));

        var task = await host.FinishedAsync(id);
        Assert.Equal((TaskOutcome.Succeeded, 3), (task.Outcome, task.Attempt));
        Assert.Equal([1, 2, 3], attempts);
        var failed = await host.Queue.Inspector.GetAttemptsAsync(id);
        Assert.Equal([1, 2], failed.Select(attempt => attempt.Attempt));
        Assert.Contains("no luck 1", failed[0].Error, StringComparison.Ordinal);
        Assert.Contains(nameof(Handler_Throws_IsTriedAgainAfterTheBackoff), failed[0].Error, StringComparison.Ordinal);
        Assert.True(failed[1].StartedAt - failed[0].EndedAt >= TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public async Task Handler_ThrowsOnEveryAttempt_TaskFails()
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("bad", (Greet _, TaskContext _, CancellationToken _) => throw new InvalidOperationException("always"), h => h.Retry = RetryPolicy.Immediate)
            .AddWorker());

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync("bad", new Greet("x")));

        Assert.Equal((TaskOutcome.Failed, 3), (task.Outcome, task.Attempt));
        Assert.Contains("always", task.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_ThrowsPermanent_IsNotTriedAgain()
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("bad", (Greet _, TaskContext _, CancellationToken _) => throw new PermanentTaskException("no such customer"))
            .AddWorker());

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync("bad", new Greet("x")));

        Assert.Equal((TaskState.Failed, TaskOutcome.Failed, 1, 3), (task.State, task.Outcome, task.Attempt, task.MaxAttempts));
        Assert.Contains("no such customer", task.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_ThrowsCancelledUnasked_IsAFailure()
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("odd", (Greet _, TaskContext _, CancellationToken _) => throw new OperationCanceledException("by itself"))
            .AddWorker());

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync("odd", new Greet("x"), t => t with { MaxAttempts = 1 }));

        Assert.Equal(TaskOutcome.Failed, task.Outcome);
        Assert.Contains("by itself", task.LastError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("not json", "LineNumber: 0")]
    [InlineData("null", "it is null")]
    [InlineData("""{"name": 5}""", "$.name")]
    public async Task Payload_CannotBeRead_IsAFailedAttemptThatSaysWhy(string payload, string said)
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler<Greet, GreetHandler>("greet").AddWorker());

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync(new NewTask("greet", TestHost.Json(payload)) { MaxAttempts = 1 }));

        Assert.Equal(TaskOutcome.Failed, task.Outcome);
        Assert.Contains("Greet", task.LastError, StringComparison.Ordinal);
        Assert.Contains(said, task.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Result_TooLarge_IsAFailedAttemptThatSaysWhy()
    {
        await using var host = await TestHost.StartAsync(
            q => q.AddHandler("big", (Greet _, TaskContext _, CancellationToken _) => Task.FromResult(new string('x', 100))).AddWorker(),
            null,
            sqlite => sqlite with { MaxResultBytes = 50 });

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync("big", new Greet("x"), t => t with { MaxAttempts = 1 }));

        Assert.Equal(TaskOutcome.Failed, task.Outcome);
        Assert.Contains("102 bytes", task.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_LeavesTypesWithoutAHandlerToOthers()
    {
        await using var kit = await QueueTestKit.StartAsync(q => q.AddHandler<Greet, GreetHandler>("greet"));
        var unknown = await kit.Queue.EnqueueAsync(new NewTask("unknown") { Priority = 1 });
        await kit.Queue.EnqueueAsync("greet", new Greet("Ada"));

        Assert.Equal(1, await kit.DrainAsync());

        Assert.Equal((TaskState.Queued, 0), await kit.Queue.Inspector.GetAsync(unknown) is { } task ? (task.State, task.Attempt) : default);
    }

    [Fact]
    public async Task Worker_WithGroups_TakesOnlyTheirs()
    {
        await using var kit = await QueueTestKit.StartAsync(
            q => q.AddHandler<Greet, GreetHandler>("greet").AddWorker(w => w.Groups = ["mine"]));
        var other = await kit.Queue.EnqueueAsync("greet", new Greet("Ada"), t => t with { Priority = 1 });
        await kit.Queue.EnqueueAsync("greet", new Greet("Ada"), t => t with { Group = "mine" });

        Assert.Equal(1, await kit.DrainAsync());

        Assert.Equal(TaskState.Queued, (await kit.Queue.Inspector.GetAsync(other))!.State);
    }

    [Fact]
    public async Task Progress_IsStored_AndStoreTroubleDoesNotFailTheHandler()
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("long", async (Greet _, TaskContext context, CancellationToken token) =>
            {
                await context.ReportProgressAsync(0.5, "half", token);
                await context.ReportProgressAsync(0.9, "refused", token);
            })
            .AddWorker());
        host.Spy.Fail(nameof(ITaskQueue.ReportProgressAsync), 0);

        var id = await host.Queue.EnqueueAsync("long", new Greet("x"));

        var task = await host.FinishedAsync(id);
        Assert.Equal(TaskOutcome.Succeeded, task.Outcome);
        Assert.Equal((0.9, "refused"), (task.Progress, task.ProgressMessage));
        host.Spy.Fail(nameof(ITaskQueue.ReportProgressAsync), 2);
        task = await host.FinishedAsync(await host.Queue.EnqueueAsync("long", new Greet("x")));
        Assert.Equal((TaskOutcome.Succeeded, null), (task.Outcome, task.Progress));
    }

    public sealed record Greet(string Name);

    public sealed record Greeting(string Text);

    private sealed class GreetHandler : ITaskHandler<Greet>
    {
        public Task HandleAsync(Greet payload, TaskContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class GreetingHandler : ITaskHandler<Greet, Greeting>
    {
        public Task<Greeting> HandleAsync(Greet payload, TaskContext context, CancellationToken cancellationToken) =>
            Task.FromResult(new Greeting("Hello " + payload.Name));
    }

    private sealed class ScopedHandler(Resource resource) : ITaskHandler<Greet>
    {
        public Task HandleAsync(Greet payload, TaskContext context, CancellationToken cancellationToken)
        {
            resource.Log.Enqueue($"attempt {context.Attempt}");
            return context.Attempt == 1 ? throw new InvalidOperationException("once") : Task.CompletedTask;
        }
    }

    private sealed class Resource : IAsyncDisposable
    {
        public Resource(ConcurrentQueue<string> log)
        {
            Log = log;
            log.Enqueue("made");
        }

        public ConcurrentQueue<string> Log { get; }

        public ValueTask DisposeAsync()
        {
            Log.Enqueue("disposed");
            return ValueTask.CompletedTask;
        }
    }
}
