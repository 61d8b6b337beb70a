using DurableQueue.Tests.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Polly;
using Xunit;

namespace DurableQueue.Tests.Hosting;

public sealed class LambdaHandlerTests
{
    [Fact]
    public async Task Lambda_ParametersInAnyOrder_AreFilledFromTheAttemptAndItsScope()
    {
        (int Attempt, bool CanBeCancelled, int Scope, string Keyed)? seen = null;
        await using var host = await TestHost.StartAsync(
            q => q
                .AddHandler("mixed", async (CancellationToken token, Scoped one, [FromKeyedServices("k")] string keyed, Mail mail, IServiceProvider services, TaskContext context) =>
                {
                    await Task.Yield();
                    Assert.Same(one, services.GetRequiredService<Scoped>());
                    seen = (context.Attempt, token.CanBeCanceled, one.Number, keyed);
                    return mail.To.ToUpperInvariant();
                })
                .AddWorker(),
            services => services.AddScoped<Scoped>().AddKeyedSingleton("k", "by key"));

        var result = await host.Queue.EnqueueAndWaitAsync<string>(new Mail("ada"), timeout: TestHost.Limit);

        Assert.Equal("ADA", result);
        Assert.Equal((1, true, 1, "by key"), seen);
    }

    [Theory]
    [InlineData("task", null)]
    [InlineData("value", null)]
    [InlineData("void", null)]
    [InlineData("task.t", 5)]
    [InlineData("value.t", 5)]
    [InlineData("t", 5)]
    public async Task Lambda_WhateverItReturns_EndsTheTask(string type, int? expected)
    {
        var calls = 0;
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("task", Task (Mail mail) => { calls++; return Task.CompletedTask; })
            .AddHandler("value", ValueTask (Mail mail) => { calls++; return ValueTask.CompletedTask; })
            .AddHandler("void", (Mail mail) => { calls++; })
            .AddHandler("task.t", async Task<int> (Mail mail) => { calls++; await Task.Yield(); return mail.To.Length; })
            .AddHandler("value.t", async ValueTask<int> (Mail mail) => { calls++; await Task.Yield(); return mail.To.Length; })
            .AddHandler("t", (Mail mail) => { calls++; return mail.To.Length; })
            .AddWorker());

        var result = await host.Queue.EnqueueAndWaitAsync<int?>(type, new Mail("12345"), timeout: TestHost.Limit);

        Assert.Equal((expected, 1), (result, calls));
    }

    [Fact]
    public async Task MethodGroup_OfAnObject_IsAHandler()
    {
        var box = new Scoped { Number = 41 };
        await using var host = await TestHost.StartAsync(q => q.AddHandler("add", box.Add).AddWorker());

        Assert.Equal(43, await host.Queue.EnqueueAndWaitAsync<int>("add", 2, timeout: TestHost.Limit));
    }

    [Fact]
    public async Task Lambda_Throws_FailsTheAttemptWithItsOwnError()
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("bad", int (Mail mail) => throw new InvalidOperationException("no luck"), h => h.MaxAttempts = 1)
            .AddWorker());

        var error = await Assert.ThrowsAsync<TaskFailedException>(
            () => host.Queue.EnqueueAndWaitAsync<int>("bad", new Mail("x"), timeout: TestHost.Limit));

        Assert.Equal(TaskOutcome.Failed, error.Outcome);
        Assert.StartsWith("System.InvalidOperationException: no luck", error.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_HandlersThatCannotWork_OneMessageListsAll()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestHost.StartAsync(q => q
            .AddHandler("two", (Mail mail, Unregistered other) => { })
            .AddHandler("key", (Mail mail, [FromKeyedServices("missing")] string keyed) => { })
            .AddHandler<Mail, Scoped>("class")
            .AddHandler<Mail, Both>("both")
            .AddHandler<Mail, Needy>("needy")
            .AddHandler<Mail, Needy>()
            .AddHandler("abstract", (IMail mail) => { })
            .AddHandler("function", (HoldsFunction payload) => { })
            .AddHandler("result", (Mail mail) => new HoldsFunction(null))
            .AddHandler("versions", (Mail mail) => { }, h => h.UpgradeFrom<int, string>(1, _ => "").UpgradeFrom<int, Mail>(1, _ => new Mail("")))
            .AddHandler("retry", (Mail mail) => { }, h => h.UseResilience(p => p.AddTimeout(TimeSpan.Zero)))
            .AddWorker()));

        string[] expected =
        [
            "without a task type",
            "handler two: Only one of the handler's parameters can be the payload, but 'mail'",
            "handler key: The parameter 'keyed' needs System.String with the key 'missing'",
            "handler class: DurableQueue.Tests.Hosting.LambdaHandlerTests+Scoped implements neither",
            "handler both: DurableQueue.Tests.Hosting.LambdaHandlerTests+Both implements several",
            "handler needy: DurableQueue.Tests.Hosting.LambdaHandlerTests+Needy needs",
            "handler abstract: The payload",
            "handler function: The payload",
            "handler result: The result",
            "handler versions: UpgradeFrom must be called with a version from 1 to below",
            "handler versions: UpgradeFrom is called twice for version 1",
            "handler versions: The upgrade from version 1 returns System.String",
            "handler retry: ",
        ];
        Assert.All(expected, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.Equal(expected.Length + 1, error.Failures.Count());
    }

    [Fact]
    public async Task Start_HandlerClassLacksAService_IsFineWithoutAWorker()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler<Mail, Needy>("needy"));

        Assert.Equal("needy", (await host.GetAsync(await host.Queue.EnqueueAsync(new Mail("x")))).Type);
    }

    [Fact]
    public async Task AddHandler_TwoTypeArguments_AlsoTakesAHandlerWithResult()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler<Mail, Length>("length").AddWorker());

        Assert.Equal(3, await host.Queue.EnqueueAndWaitAsync<int>(new Mail("ada"), timeout: TestHost.Limit));
    }

    public sealed record Mail(string To);

    public sealed record Unregistered(string To);

    public interface IMail;

    public sealed record HoldsFunction(Action? Do);

    private sealed class Scoped
    {
        public int Number { get; set; } = 1;

        public int Add(int payload, CancellationToken cancellationToken) => payload + Number;
    }

    private sealed class Length : ITaskHandler<Mail, int>
    {
        public Task<int> HandleAsync(Mail payload, TaskContext context, CancellationToken cancellationToken) => Task.FromResult(payload.To.Length);
    }

    private sealed class Needy(Unregistered service) : ITaskHandler<Mail>
    {
        public Task HandleAsync(Mail payload, TaskContext context, CancellationToken cancellationToken) => Task.FromResult(service);
    }

    private sealed class Both : ITaskHandler<Mail>, ITaskHandler<Mail, int>
    {
        public Task HandleAsync(Mail payload, TaskContext context, CancellationToken cancellationToken) => Task.CompletedTask;

        Task<int> ITaskHandler<Mail, int>.HandleAsync(Mail payload, TaskContext context, CancellationToken cancellationToken) => Task.FromResult(1);
    }
}
