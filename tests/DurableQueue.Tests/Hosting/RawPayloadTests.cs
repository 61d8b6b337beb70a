using System.Text;
using DurableQueue.Tests.Worker;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DurableQueue.Tests.Hosting;

/// <summary>Handlers of tasks without a payload, and of payloads that are no JSON.</summary>
public sealed class RawPayloadTests
{
    /// <summary>No JSON, and no UTF-8.</summary>
    private static readonly byte[] Bytes = [0, 255, 0xC3, 0x28, 7];

    [Theory]
    [InlineData("function", "")]
    [InlineData("function.sync", "")]
    [InlineData("function.service", "")]
    [InlineData("function.result", "5")]
    [InlineData("function.task.result", "6")]
    [InlineData("class", "")]
    [InlineData("class.result", "7")]
    public async Task NoPayload_EmptyTask_IsHandled(string type, string result)
    {
        var calls = 0;
        await using var host = await TestHost.StartAsync(
            q => q
                .AddHandler("function", (TaskContext context, CancellationToken token) =>
                {
                    calls++;
                    return Task.CompletedTask;
                })
                .AddHandler("function.sync", (TaskContext context) => { calls++; })
                .AddHandler("function.service", async (Counter counter) =>
                {
                    await Task.Yield();
                    counter.Count();
                })
                .AddHandler("function.result", (CancellationToken token) => ++calls + 4)
                .AddHandler("function.task.result", (context, token) => Task.FromResult(++calls + 5))
                .AddHandler<Tidy>("class")
                .AddHandler<Measure>("class.result")
                .AddWorker(),
            services => services.AddSingleton(new Counter(() => calls++)));

        var id = await host.Queue.EnqueueAsync(new NewTask(type));

        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(id)).Outcome);
        Assert.Equal(1, calls);
        Assert.Equal(result, Encoding.UTF8.GetString((await host.Queue.Inspector.GetResultAsync(id))!.Value.Span));
    }

    [Fact]
    public async Task NoPayload_TaskHasOne_IsHandledAllTheSame()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler("tidy", (TaskContext _) => { }).AddWorker());

        var id = await host.Queue.EnqueueAsync(new NewTask("tidy", Bytes));

        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(id)).Outcome);
    }

    [Fact]
    public async Task NoPayload_Schedule_RunsWithoutOne()
    {
        var ran = new Signal();
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("tidy", (TaskContext context, CancellationToken token) =>
            {
                ran.Set();
                return Task.CompletedTask;
            })
            .AddSchedule("nightly", "0 3 * * *", new NewTask("tidy"))
            .AddWorker());

        await host.Queue.Schedules.RunNowAsync("nightly");

        await ran.Reached;
    }

    [Fact]
    public async Task JsonHandler_EmptyPayload_SaysWhichHandlersTakeIt()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler("count", (int number) => { }).AddWorker());

        var id = await host.Queue.EnqueueAsync(new NewTask("count") { MaxAttempts = 1 });

        Assert.Contains("System.Int32: it is empty, which is not valid JSON. A task without a payload needs a handler that takes none", (await host.FinishedAsync(id)).LastError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("memory.typed")]
    [InlineData("memory.class")]
    [InlineData("stream")]
    [InlineData("stream.class")]
    public async Task RawPayload_AnyBytes_ArriveAndComeBackAsTheyAre(string type)
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler("memory", (ReadOnlyMemory<byte> bytes) => bytes)
            .AddHandler("memory.typed", Task<ReadOnlyMemory<byte>> (ReadOnlyMemory<byte> bytes, TaskContext context, CancellationToken token) => Task.FromResult(bytes))
            .AddHandler<ReadOnlyMemory<byte>, Echo>("memory.class")
            .AddHandler("stream", async (Stream stream, CancellationToken token) => await ReadAsync(stream, token))
            .AddHandler<Stream, Echo>("stream.class")
            .AddWorker());

        foreach (var bytes in new[] { Bytes, [] })
        {
            var id = await host.Queue.EnqueueAsync(type, new ReadOnlyMemory<byte>(bytes));
            await host.FinishedAsync(id);

            Assert.Equal(bytes, (await host.Queue.Inspector.GetPayloadAsync(id)).ToArray());
            Assert.Equal(bytes, (await host.Queue.Inspector.GetResultAsync(id))!.Value.ToArray());
            Assert.Equal(bytes, (await host.Queue.Inspector.GetResultAsync<ReadOnlyMemory<byte>>(id)).ToArray());
        }
    }

    [Fact]
    public async Task RawPayload_EnqueuedByItsType_HasTheHandlersSettings()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler("raw", (ReadOnlyMemory<byte> bytes) => { }, h => h.MaxAttempts = 9));

        var info = await host.GetAsync(await host.Queue.EnqueueAsync(new ReadOnlyMemory<byte>(Bytes)));

        Assert.Equal(("raw", 9), (info.Type, info.MaxAttempts));
    }

    [Fact]
    public async Task RawResult_BufferUsedAgainByTheHandler_IsStoredAsItWas()
    {
        var buffer = Bytes.ToArray();
        await using var host = await TestHost.StartAsync(q => q
            .Use(async (context, next, token) =>
            {
                await next(token);
                Array.Clear(buffer);
            })
            .AddHandler("buffer", (TaskContext context) => new ReadOnlyMemory<byte>(buffer))
            .AddWorker());

        var result = await host.Queue.EnqueueAndWaitAsync<ReadOnlyMemory<byte>>(new NewTask("buffer"), TestHost.Limit);

        Assert.Equal(Bytes, result.ToArray());
    }

    [Fact]
    public async Task Enqueue_ByteArrayForAHandlerOfBytes_IsRefused()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler("raw", (ReadOnlyMemory<byte> bytes) => { }));

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await host.Queue.EnqueueAsync("raw", Bytes));

        Assert.Contains("'raw' takes the stored bytes. Pass the payload as ReadOnlyMemory<byte>", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enqueue_PayloadThatIsNone_IsRefused()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler("count", (int number) => { }));
        using var stream = new MemoryStream(Bytes);

        await RefusedAsync("Await it", () => host.Queue.EnqueueAsync("count", Task.FromResult(1)));
        await RefusedAsync("Await it", () => host.Queue.EnqueueAsync("count", new ValueTask<int>(1)));
        await RefusedAsync("Await it", () => host.Queue.EnqueueAsync<object>("count", Task.CompletedTask));
        await RefusedAsync("ReadOnlyMemory<byte>", () => host.Queue.EnqueueAsync("count", stream));

        static async Task RefusedAsync(string text, Func<ValueTask<TaskId>> enqueue)
        {
            var error = await Assert.ThrowsAsync<ArgumentException>(async () => await enqueue());
            Assert.Contains(text, error.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, cancellationToken);
        Assert.False(stream.CanWrite);
        return copy.ToArray();
    }

    private sealed class Counter(Action count)
    {
        public void Count() => count();
    }

    private sealed class Tidy(Counter counter) : ITaskHandler
    {
        public Task HandleAsync(TaskContext context, CancellationToken cancellationToken)
        {
            counter.Count();
            return Task.CompletedTask;
        }
    }

    private sealed class Measure(Counter counter) : ITaskHandlerWithResult<int>
    {
        public Task<int> HandleAsync(TaskContext context, CancellationToken cancellationToken)
        {
            counter.Count();
            return Task.FromResult(7);
        }
    }

    private sealed class Echo : ITaskHandler<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>, ITaskHandler<Stream, ReadOnlyMemory<byte>>
    {
        public Task<ReadOnlyMemory<byte>> HandleAsync(ReadOnlyMemory<byte> payload, TaskContext context, CancellationToken cancellationToken) =>
            Task.FromResult(payload);

        public Task<ReadOnlyMemory<byte>> HandleAsync(Stream payload, TaskContext context, CancellationToken cancellationToken) =>
            ReadAsync(payload, cancellationToken);
    }
}
