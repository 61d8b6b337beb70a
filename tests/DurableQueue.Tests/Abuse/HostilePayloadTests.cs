using System.Text;
using System.Text.Json;
using DurableQueue.Tests.Worker;
using Xunit;

namespace DurableQueue.Tests.Abuse;

/// <summary>Payloads that try to break the reader of a typed handler: a failed attempt with the reader's error, and the worker goes on.</summary>
public sealed class HostilePayloadTests
{
    private const int Largest = 16 * 1024 * 1024;

    public static TheoryData<string> Payloads =>
    [
        "deep arrays", "deep objects", "brackets", "quotes", "invalid utf-8", "cut", "nul", "huge number", "wrong shape", "trailing", "comment", "empty", "null",
    ];

    [Theory]
    [MemberData(nameof(Payloads))]
    public async Task Handle_HostilePayload_FailsTheAttemptAndTheWorkerGoesOn(string name)
    {
        await using var host = await StartAsync();

        var id = await host.Queue.EnqueueAsync(new NewTask("order", Payload(name)) { MaxAttempts = 1 });

        var task = await host.FinishedAsync(id);
        Assert.Equal(TaskOutcome.Failed, task.Outcome);
        Assert.InRange(task.LastError!.Length, 1, 64 * 1024);
        await AssertGoesOnAsync(host);
    }

    [Theory]
    [InlineData("""{"item":"\ud800"}""")]
    [InlineData("""{"item":"a","item":"b","unknown":{"$type":"System.Diagnostics.Process, System.Diagnostics.Process","$id":"1","$ref":"1"}}""")]
    [InlineData("""{"__proto__":{"x":1},"item":"c"}""")]
    [InlineData("""{"$type":"System.IO.FileInfo","item":"d"}""")]
    public async Task Handle_TrickyPayload_IsReadAsTheHandlersTypeOrFails(string json)
    {
        await using var host = await StartAsync();

        var task = await host.FinishedAsync(await host.Queue.EnqueueAsync(new NewTask("order", Encoding.UTF8.GetBytes(json)) { MaxAttempts = 1 }));

        Assert.True(task.Outcome is TaskOutcome.Succeeded or TaskOutcome.Failed);
        await AssertGoesOnAsync(host);
    }

    [Fact]
    public async Task Handle_AnyJson_StaysData()
    {
        var seen = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await TestHost.StartAsync(queue => queue
            .AddHandler("any", (object payload, TaskContext _, CancellationToken _) =>
            {
                seen.TrySetResult((JsonElement)payload);
                return Task.CompletedTask;
            })
            .AddWorker());

        await host.Queue.EnqueueAsync(new NewTask("any", """{"$type":"System.Diagnostics.Process","FileName":"/bin/sh"}"""u8.ToArray()));

        Assert.Equal("/bin/sh", (await seen.Task.WaitAsync(TestHost.Limit)).GetProperty("FileName").GetString());
    }

    [Theory]
    [InlineData("System.Diagnostics.Process")]
    [InlineData("DurableQueue.Tests.Abuse.HostilePayloadTests")]
    [InlineData("System.Object")]
    public async Task Enqueue_TypeThatLooksLikeAClrName_IsANameAndNothingElse(string type)
    {
        await using var host = await StartAsync();

        var id = await host.Queue.EnqueueAsync(new NewTask(type, "{}"u8.ToArray()));
        await AssertGoesOnAsync(host);

        Assert.Equal(TaskState.Queued, (await host.GetAsync(id)).State);
        await Assert.ThrowsAsync<ArgumentException>(() => host.Queue.EnqueueAsync(new NewTask(type + ", System.Private.CoreLib")).AsTask());
    }

    [Fact]
    public async Task Enqueue_OneByteTooMuch_IsRefused()
    {
        await using var host = await StartAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => host.Queue.EnqueueAsync(new NewTask("order", new byte[Largest + 1])).AsTask());
    }

    /// <summary>Nothing in the library turns text into a type, so no stored text can.</summary>
    [Fact]
    public void Sources_ResolveNoTypeByName()
    {
        string[] resolvers = ["Type.GetType(", "Assembly.Load", "Activator.CreateInstance(", ".GetType(\"", "JsonDerivedType", "TypeNameHandling", "BinaryFormatter"];
        var sources = Directory.GetFiles(RepositoryRoot.File("src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

        Assert.All(sources, path => Assert.All(resolvers, resolver => Assert.DoesNotContain(resolver, File.ReadAllText(path), StringComparison.Ordinal)));
    }

    private static ReadOnlyMemory<byte> Payload(string name) => name switch
    {
        "deep arrays" => Repeat("[", 10_000, "]"),
        "deep objects" => Repeat("{\"item\":", 10_000, "}"),
        "brackets" => Encoding.UTF8.GetBytes(new string('[', Largest)),
        "quotes" => Encoding.UTF8.GetBytes(new string('"', Largest)),
        "invalid utf-8" => new byte[] { (byte)'{', 0xff, 0xfe, 0xc0, 0x80, (byte)'}' },
        "cut" => "{\"item\":\"abc"u8.ToArray(),
        "nul" => new byte[1_000],
        "huge number" => Encoding.UTF8.GetBytes($"{{\"amount\":{new string('9', 1_000_000)}}}"),
        "wrong shape" => "{\"item\":{\"a\":[1]},\"amount\":\"x\"}"u8.ToArray(),
        "trailing" => "{} {}"u8.ToArray(),
        "comment" => "/* hello */ {}"u8.ToArray(),
        "empty" => default,
        _ => "null"u8.ToArray(),
    };

    private static ReadOnlyMemory<byte> Repeat(string open, int depth, string close) =>
        Encoding.UTF8.GetBytes($"{string.Concat(Enumerable.Repeat(open, depth))}1{string.Concat(Enumerable.Repeat(close, depth))}");

    private static Task<TestHost> StartAsync() => TestHost.StartAsync(queue => queue
        .AddHandler("order", (Order _, TaskContext _, CancellationToken _) => Task.CompletedTask)
        .AddWorker());

    private static async Task AssertGoesOnAsync(TestHost host)
    {
        var next = await host.Queue.EnqueueAsync(new NewTask("order", """{"item":"book","amount":2}"""u8.ToArray()));
        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(next)).Outcome);
    }

    public sealed record Order(string? Item, int Amount);
}
