using DurableQueue.Tests.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace DurableQueue.Tests.Hosting;

/// <summary>Functions whose end nothing awaits, and results that hold no data, must not get as far as a task.</summary>
public sealed class HandlerShapeTests
{
    [Fact]
    public async Task Start_HandlersThatNothingAwaits_AreRefusedByName()
    {
        Action<int> lambda = async number => await Task.Yield();
        var wrapped = new Action<int>(lambda.Invoke);
        Func<int, Task> twice = number => Task.CompletedTask;
        twice += number => Task.Delay(number);

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestHost.StartAsync(q => q
            .AddHandler("void.lambda", lambda)
            .AddHandler("void.wrapped", wrapped)
            .AddHandler("void.method", AsyncVoid)
            .AddHandler("void.bare", async void (TaskContext context) => await Task.Yield())
            .AddHandler("two.functions", twice)
            .AddHandler("task.task", async (int number) => { await Task.Yield(); return Task.CompletedTask; })
            .AddHandler("value.task", async ValueTask<Task<int>> (int number) => { await Task.Yield(); return Task.FromResult(number); })
            .AddHandler<int, ValueTask<int>>("typed.task", (number, context, token) => Task.FromResult(new ValueTask<int>(number)))
            .AddHandler("bare.typed.task", (context, token) => Task.FromResult(Task.CompletedTask))
            .AddHandler<int, TaskOfTask>("class.task")
            .AddHandler<BareTaskOfTask>("bare.class.task")
            .AddHandler("awaitable", (int number) => Task.Yield())
            .AddHandler("configured", (int number) => Task.CompletedTask.ConfigureAwait(false))
            .AddHandler("stream.of.results", Many)
            .AddHandler("task.of.stream", (int number) => Task.FromResult(Many(number)))
            .AddHandler("nested", (int number) => new Holder(Task.FromResult(number)))
            .AddHandler("stream.result", (int number) => (Stream)new MemoryStream())
            .AddHandler("reference", Reference)
            .AddHandler("span", Span)
            .AddHandler("span.result", SpanResult)
            .AddHandler("iterator", Enumerator)
            .AddHandler("versioned.bytes", (ReadOnlyMemory<byte> bytes) => { }, h => h.Version = 2)
            .AddHandler("versioned.nothing", (TaskContext context) => { }, h => h.UpgradeFrom<int, string>(1, _ => ""))
            .AddWorker()));

        string[] expected =
        [
            "handler void.lambda: The handler is 'async void'",
            "handler void.wrapped: The handler is 'async void'",
            "handler void.method: The handler is 'async void'",
            "handler void.bare: The handler is 'async void'",
            "handler two.functions: The handler is a delegate with several functions",
            "handler task.task: The result System.Threading.Tasks.Task ",
            "handler value.task: The result System.Threading.Tasks.Task`1[System.Int32] ",
            "handler typed.task: The result System.Threading.Tasks.ValueTask`1[System.Int32] ",
            "handler bare.typed.task: The result System.Threading.Tasks.Task ",
            "handler class.task: The result System.Threading.Tasks.Task ",
            "handler bare.class.task: The result System.Threading.Tasks.Task ",
            "handler awaitable: The handler returns System.Runtime.CompilerServices.YieldAwaitable, but nothing awaits",
            "handler configured: The handler returns System.Runtime.CompilerServices.ConfiguredTaskAwaitable, but nothing awaits",
            "handler stream.of.results: The result System.Collections.Generic.IAsyncEnumerable`1[System.Int32] is not serialisable: nothing enumerates",
            "handler task.of.stream: The result System.Collections.Generic.IAsyncEnumerable`1[System.Int32] is not serialisable: nothing enumerates",
            "handler nested: The result DurableQueue.Tests.Hosting.HandlerShapeTests+Holder is not serialisable: nothing awaits",
            "handler stream.result: The result System.IO.Stream is not serialisable: System.IO.Stream holds no JSON",
            "handler reference: The handler's parameter 'number' is passed by reference",
            "handler span: The handler's parameter 'bytes' is passed by reference, or is a ref struct",
            "handler span.result: The handler returns System.ReadOnlySpan`1[System.Byte], which cannot be stored",
            "handler iterator: The result System.Collections.Generic.IEnumerator`1[System.Int32] is not serialisable",
            "handler versioned.bytes: Version and UpgradeFrom apply only to payloads that are read as JSON",
            "handler versioned.nothing: Version and UpgradeFrom apply only to handlers that read a payload",
        ];
        Assert.All(expected, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.Equal(expected.Length, error.Failures.Count());
    }

    [Fact]
    public async Task Start_PayloadIsAlsoAService_IsRefused()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestHost.StartAsync(
            q => q.AddHandler("letter", (Letter letter) => { }).AddWorker(), services => services.AddSingleton(new Letter("ada"))));

        Assert.Contains("handler letter: The handler's parameter 'letter'", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_TaskBehindAnObject_FailsTheAttempt()
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("hidden", object (int number) => Task.FromResult(number), h => h.MaxAttempts = 1)
            .AddWorker());

        var info = await host.FinishedAsync(await host.Queue.EnqueueAsync("hidden", 1));

        Assert.Equal(TaskOutcome.Failed, info.Outcome);
        Assert.Contains("which nothing awaits", info.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_ReturnsAClassDerivedFromTask_IsAwaited()
    {
        var release = new Signal();
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("derived", (int number) =>
            {
                var work = new Work(() => number + 1);
                _ = release.Reached.ContinueWith(_ => work.Start(), TaskScheduler.Default);
                return work;
            })
            .AddWorker());

        var result = host.Queue.EnqueueAndWaitAsync<int>("derived", 1, timeout: TestHost.Limit);
        release.Set();

        Assert.Equal(2, await result);
    }

    [Fact]
    public async Task Handler_LazySequence_IsReadInsideTheAttempt()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler("lazy", (int number) => Numbers(number)).AddWorker());

        var numbers = await host.Queue.EnqueueAndWaitAsync<int[]>("lazy", 3, timeout: TestHost.Limit);

        Assert.Equal(new[] { 1, 2, 3 }, numbers);
    }

    private static IEnumerable<int> Numbers(int last)
    {
        for (var number = 1; number <= last; number++)
        {
            yield return number;
        }
    }

    private static async void AsyncVoid(int number) => await Task.Yield();

    private static async IAsyncEnumerable<int> Many(int number)
    {
        await Task.Yield();
        yield return number;
    }

    private static void Reference(ref int number) => number++;

    private static void Span(ReadOnlySpan<byte> bytes) => _ = bytes.Length;

    private static ReadOnlySpan<byte> SpanResult(int number) => number == 0 ? "a"u8 : "b"u8;

    private static IEnumerator<int> Enumerator(int number) => Numbers(number).GetEnumerator();

    private sealed record Holder(Task<int> Value);

    [TaskType("letter")]
    private sealed record Letter(string To);

    private sealed class Work(Func<int> work) : Task<int>(work);

    private sealed class TaskOfTask : ITaskHandler<int, Task>
    {
        public Task<Task> HandleAsync(int payload, TaskContext context, CancellationToken cancellationToken) => Task.FromResult(Task.CompletedTask);
    }

    private sealed class BareTaskOfTask : ITaskHandlerWithResult<Task>
    {
        public Task<Task> HandleAsync(TaskContext context, CancellationToken cancellationToken) => Task.FromResult(Task.CompletedTask);
    }
}
