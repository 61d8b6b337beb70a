using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace DurableQueue.Tests.Worker;

/// <summary>Tasks without a type, in real hosts.</summary>
public sealed class RoutingTests
{
    private readonly List<RoutingRequest> asked = [];
    private readonly List<string> ran = [];

    [Fact]
    public async Task Route_Auto_AsksOnceAndRunsTheChosenHandler()
    {
        await using var host = await StartAsync((_, _) => new RouteDecision("build", "it says build"));

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync(
            NewTask.Auto(TestHost.Json("\"build the shop\"")) with { Metadata = new Dictionary<string, string> { ["lang"] = "cs" } }));

        Assert.Equal((TaskOutcome.Succeeded, "build", 1), (task.Outcome, task.Type, task.Attempt));
        Assert.Equal(("build", "it says build", false), (task.Route!.Type, task.Route.Reason, task.Route.IsFallback));
        Assert.Equal(task.Worker, task.Route.Worker);
        Assert.Equal(["build: build the shop"], ran);
        var request = Assert.Single(asked);
        Assert.Equal((task.Id, "build the shop", "cs", 1), (request.TaskId, request.Description, request.Metadata["lang"], request.Attempt));
        Assert.Equal([new RouteCandidate("build", "Builds code."), new RouteCandidate("elsewhere", "Runs elsewhere."), new RouteCandidate("test")], request.Candidates);
    }

    [Theory]
    [InlineData("metadata", "from metadata")]
    [InlineData("label", "from label")]
    [InlineData("json", "{\"a\":1}")]
    [InlineData("nothing", "")]
    public async Task Route_Description_IsMetadataElseLabelElsePayload(string from, string description)
    {
        await using var host = await StartAsync((_, _) => new RouteDecision("test"));
        var task = NewTask.Auto(from == "nothing" ? default : TestHost.Json("{\"a\":1}"));

        await host.FinishedAsync(await host.Queue.EnqueueAsync(from switch
        {
            "metadata" => task with { Label = "from label", Metadata = new Dictionary<string, string> { ["description"] = "from metadata" } },
            "label" => task with { Label = "from label" },
            _ => task,
        } with { MaxAttempts = 1 }));

        Assert.Equal(description, Assert.Single(asked).Description);
    }

    [Fact]
    public async Task Route_ExplicitType_NeverAsks()
    {
        await using var host = await StartAsync((_, _) => new RouteDecision("build"));

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync("test", "x"));

        Assert.Equal(("test", TaskOutcome.Succeeded), (task.Type, task.Outcome));
        Assert.Null(task.Route);
        Assert.Empty(asked);
    }

    [Theory]
    [InlineData("throws")]
    [InlineData("nothing")]
    [InlineData("unknown")]
    public async Task Route_Fails_IsAFailedAttemptWithTheReason(string how)
    {
        await using var host = await StartAsync((_, _) => Fail(how));

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync(NewTask.Auto() with { MaxAttempts = 2, Retry = RetryPolicy.Immediate }));

        Assert.Equal((TaskOutcome.Failed, NewTask.AutoType, 2), (task.Outcome, task.Type, task.Attempt));
        Assert.Contains(how switch { "throws" => "no idea", "nothing" => "chose no type", _ => "'unknown', which is not a candidate. The candidates are build, elsewhere, test" }, task.LastError, StringComparison.Ordinal);
        Assert.Equal([1, 2], asked.Select(request => request.Attempt));
        Assert.Equal(2, (await host.Queue.Inspector.GetAttemptsAsync(task.Id)).Count);
    }

    [Fact]
    public async Task Route_FailsOnce_TheNextAttemptAsksAgain()
    {
        await using var host = await StartAsync((request, _) => request.Attempt == 1 ? Fail("throws") : new RouteDecision("build"));

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync(NewTask.Auto(TestHost.Json("\"x\"")) with { Retry = RetryPolicy.Immediate }));

        Assert.Equal((TaskOutcome.Succeeded, "build", 2), (task.Outcome, task.Type, task.Attempt));
    }

    [Theory]
    [InlineData("throws")]
    [InlineData("nothing")]
    [InlineData("unknown")]
    public async Task Route_FailsWithADefaultType_TakesThat(string how)
    {
        await using var host = await StartAsync((_, _) => Fail(how), options => options.DefaultType = "test");

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync(NewTask.Auto(TestHost.Json("\"x\""))));

        Assert.Equal((TaskOutcome.Succeeded, "test", 1), (task.Outcome, task.Type, task.Attempt));
        Assert.True(task.Route!.IsFallback);
        Assert.StartsWith("The router failed: ", task.Route.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Route_TakesTooLong_CountsAsAFailure(bool hasDefault)
    {
        var begun = new Signal();
        var never = new TaskCompletionSource<RouteDecision?>();
        await using var host = await TestHost.StartAsync(
            q => Configure(q, new Router(async (_, _) =>
            {
                begun.Set();
                return await never.Task;
            }), options => (options.Timeout, options.DefaultType) = (TimeSpan.FromSeconds(10), hasDefault ? "test" : null)),
            manualTime: true);
        var id = await host.Queue.EnqueueAsync(NewTask.Auto(TestHost.Json("\"x\"")) with { MaxAttempts = 1, LeaseDuration = TimeSpan.FromHours(24) });
        await begun.Reached;
        var ended = host.FinishedAsync(id);
        while (!ended.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(ended, Task.Run(() => { }));
        }

        var task = await ended;
        Assert.Equal(hasDefault ? (TaskOutcome.Succeeded, "test") : (TaskOutcome.Failed, NewTask.AutoType), (task.Outcome, task.Type));
        Assert.Contains("did not choose a type within 00:00:10", hasDefault ? task.Route!.Reason : task.LastError, StringComparison.Ordinal);
        never.SetResult(null);
    }

    [Fact]
    public async Task Route_TaskCancelled_EndsTheChoice()
    {
        var begun = new Signal();
        await using var host = await TestHost.StartAsync(q => Configure(q, new Router(async (_, token) =>
        {
            begun.Set();
            await Task.Delay(Timeout.Infinite, token);
            return null;
        }), options => options.DefaultType = "test"));
        var id = await host.Queue.EnqueueAsync(NewTask.Auto());
        await begun.Reached;

        await host.Queue.Control.CancelAsync(id);

        Assert.Equal((TaskOutcome.Killed, NewTask.AutoType), ((await host.FinishedAsync(id)).Outcome, (await host.GetAsync(id)).Type));
    }

    [Fact]
    public async Task Route_Middleware_SeesOnlyTheRun()
    {
        var seen = new List<string>();
        await using var host = await TestHost.StartAsync(q => Configure(q, new Router((_, _) => ValueTask.FromResult<RouteDecision?>(new RouteDecision("build"))), null)
            .Use(async (context, next, token) =>
            {
                seen.Add(context.Type);
                await next(token);
            }));

        await host.FinishedAsync(await host.Queue.EnqueueAsync(NewTask.Auto(TestHost.Json("\"x\""))));

        Assert.Equal(["build"], seen);
    }

    [Fact]
    public async Task Route_NoRouter_TheTaskWaitsForAProcessThatHasOne()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler("test", (string _) => { }).AddWorker());
        var auto = await host.Queue.EnqueueAsync(NewTask.Auto());

        await host.FinishedAsync(await host.Queue.EnqueueAsync("test", "x"));

        Assert.Equal(TaskState.Queued, (await host.GetAsync(auto)).State);
    }

    [Fact]
    public async Task GetTypes_HandlersAndCandidates_HaveTheirDescriptions()
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("build", (string _) => { }, h => h.Description = "Builds it.")
            .AddHandler("plain", (string _) => { })
            .UseRouter(new RuleBasedRouter([]), o => o.Candidates.Add(new RouteCandidate("elsewhere", "In another process."))));
        await host.Queue.EnqueueAsync(new NewTask("build") { Stashed = true });

        var types = await host.Queue.Inspector.GetTypesAsync();

        Assert.Equal(
            [("build", "Builds it.", true, 1L), ("elsewhere", "In another process.", false, 0L), ("plain", (string?)null, true, 0L)],
            types.Where(type => type.Name != NewTask.AutoType).Select(type => (type.Name, type.Description, type.HandledHere, type.Queued!.Value)));
        Assert.True(Assert.Single(types, type => type.Name == NewTask.AutoType).HandledHere);
    }

    [Fact]
    public async Task UseRouter_Class_IsMadeFromTheScopeOfEachTry()
    {
        await using var host = await TestHost.StartAsync(
            q => q.AddHandler("build", (string _) => { }).UseRouter<ScopedRouter>().AddWorker(),
            services => services.AddScoped<Counter>().AddSingleton(ran));

        await host.FinishedAsync(await host.Queue.EnqueueAsync(NewTask.Auto(TestHost.Json("\"x\""))));
        await host.FinishedAsync(await host.Queue.EnqueueAsync(NewTask.Auto(TestHost.Json("\"x\""))));

        Assert.Equal(["scope 1", "scope 1"], ran);
    }

    [Fact]
    public async Task UseRouter_Wrong_StopsTheHostWithAllThatIsWrong()
    {
        var router = new RuleBasedRouter([]);
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestHost.StartAsync(q => q
            .AddHandler("auto", (string _) => { })
            .UseRouter(router, options =>
            {
                options.Timeout = TimeSpan.Zero;
                options.DefaultType = "two words";
            })));
        Assert.Contains("Timeout must be between", error.Message, StringComparison.Ordinal);
        Assert.Contains("Type can only contain letters", error.Message, StringComparison.Ordinal);
        Assert.Contains("it can have no handler", error.Message, StringComparison.Ordinal);

        error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestHost.StartAsync(q => q.UseRouter(router).UseRouter(router)));
        Assert.Contains("2 routers are registered", error.Message, StringComparison.Ordinal);
    }

    private static RouteDecision? Fail(string how) => how switch
    {
        "throws" => throw new InvalidOperationException("no idea"),
        "nothing" => null,
        _ => new RouteDecision("unknown"),
    };

    private Task<TestHost> StartAsync(Func<RoutingRequest, CancellationToken, RouteDecision?> route, Action<RouterOptions>? configure = null) =>
        TestHost.StartAsync(q => Configure(q, new Router((request, token) =>
        {
            asked.Add(request);
            return ValueTask.FromResult(route(request, token));
        }), configure));

    private DurableQueueBuilder Configure(DurableQueueBuilder queue, ITaskRouter router, Action<RouterOptions>? configure) => queue
        .AddHandler("build", (string what) => ran.Add($"build: {what}"), h => h.Description = "Builds code.")
        .AddHandler("test", (string what) => ran.Add($"test: {what}"))
        .UseRouter(router, options =>
        {
            options.Candidates.Add(new RouteCandidate("elsewhere", "Runs elsewhere."));
            configure?.Invoke(options);
        })
        .AddWorker(w => w.Concurrency = 1);

    private sealed class Router(Func<RoutingRequest, CancellationToken, ValueTask<RouteDecision?>> route) : ITaskRouter
    {
        public ValueTask<RouteDecision?> RouteAsync(RoutingRequest request, CancellationToken cancellationToken) => route(request, cancellationToken);
    }

    public sealed class Counter
    {
        public int Calls { get; set; }
    }

    public sealed class ScopedRouter(Counter counter, List<string> said) : ITaskRouter
    {
        public ValueTask<RouteDecision?> RouteAsync(RoutingRequest request, CancellationToken cancellationToken)
        {
            counter.Calls++;
            said.Add($"scope {counter.Calls}");
            return ValueTask.FromResult<RouteDecision?>(new RouteDecision("build"));
        }
    }
}
