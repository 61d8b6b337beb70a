using System.Collections.Concurrent;
using DurableQueue.Tests.Worker;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.Retry;
using Xunit;

namespace DurableQueue.Tests.Hosting;

public sealed class MiddlewareTests
{
    [Fact]
    public async Task Middleware_RunsAroundEveryAttemptInTheOrderOfRegistration()
    {
        var log = new ConcurrentQueue<string>();
        await using var host = await TestHost.StartAsync(
            q => q
                .Use(async (context, next, token) =>
                {
                    log.Enqueue($"a{context.Attempt}");
                    try
                    {
                        await next(token);
                    }
                    finally
                    {
                        log.Enqueue($"/a{context.Attempt}");
                    }
                })
                .Use<Scoped>()
                .AddHandler(
                    "work",
                    (int n, TaskContext context, Resource resource) =>
                    {
                        log.Enqueue($"handler {resource.Name}");
                        return context.Attempt == 1 ? throw new InvalidOperationException("once") : n;
                    },
                    h => h.Retry = RetryPolicy.Immediate)
                .AddWorker(),
            services => services.AddSingleton(log).AddScoped<Resource>());

        Assert.Equal(7, await host.Queue.EnqueueAndWaitAsync<int>("work", 7, timeout: TestHost.Limit));

        Assert.Equal(["a1", "b", "handler set by b", "b saw once", "/a1", "a2", "b", "handler set by b", "/b", "/a2"], log);
    }

    [Fact]
    public async Task Middleware_DoesNotCallTheRest_TaskEndsWithoutTheHandler()
    {
        var called = false;
        await using var host = await TestHost.StartAsync(q => q
            .Use((_, _, _) => Task.CompletedTask)
            .AddHandler("work", (int n) => { called = true; })
            .AddWorker());

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync("work", 1));

        Assert.Equal((TaskOutcome.Succeeded, false), (task.Outcome, called));
    }

    [Fact]
    public async Task Middleware_PassesAnotherToken_TheHandlerSeesIt()
    {
        using var own = new CancellationTokenSource();
        CancellationToken seen = default;
        await using var host = await TestHost.StartAsync(q => q
            .Use((_, next, _) => next(own.Token))
            .AddHandler("work", (int n, CancellationToken token) => { seen = token; })
            .AddWorker());

        await host.FinishedAsync(await host.Queue.EnqueueAsync("work", 1));

        Assert.Equal(own.Token, seen);
    }

    [Fact]
    public async Task Resilience_RetriesInsideOneAttempt()
    {
        var calls = 0;
        var attempts = new ConcurrentQueue<int>();
        await using var host = await TestHost.StartAsync(q => q
            .Use((context, next, token) =>
            {
                attempts.Enqueue(context.Attempt);
                return next(token);
            })
            .AddHandler(
                "flaky",
                (int n) => ++calls < 3 ? throw new InvalidOperationException("again") : n,
                h => h.UseResilience(p => p.AddRetry(new RetryStrategyOptions { MaxRetryAttempts = 5, Delay = TimeSpan.Zero })))
            .AddHandler("bare", void (int n) => throw new InvalidOperationException("no pipeline"), h => h.MaxAttempts = 1)
            .AddWorker());

        Assert.Equal(9, await host.Queue.EnqueueAndWaitAsync<int>("flaky", 9, timeout: TestHost.Limit));
        await Assert.ThrowsAsync<TaskFailedException>(() => host.Queue.EnqueueAndWaitAsync<int>("bare", 9, timeout: TestHost.Limit));

        Assert.Equal((3, 2), (calls, attempts.Count));
    }

    private sealed class Resource
    {
        public string Name { get; set; } = "";
    }

    private sealed class Scoped(ConcurrentQueue<string> log, Resource resource) : ITaskMiddleware
    {
        public async Task InvokeAsync(TaskContext context, Func<CancellationToken, Task> rest, CancellationToken cancellationToken)
        {
            log.Enqueue("b");
            resource.Name = "set by b";
            try
            {
                await rest(cancellationToken);
                log.Enqueue("/b");
            }
            catch (InvalidOperationException error)
            {
                log.Enqueue($"b saw {error.Message}");
                throw;
            }
        }
    }
}
