using System.IO.Pipelines;
using System.Text.Json;
using DurableQueue.Cli.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Xunit;

namespace DurableQueue.Mcp.Tests;

/// <summary>The tools in an application, over streams in memory.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("mcp-host-").FullName;
    private readonly List<IAsyncDisposable> started = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(started))
        {
            await one.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Tools_OfAnApplication_RunItsHandlers()
    {
        var client = await StartAsync(server => server.WithDurableQueueTools());
        var added = await CallAsync(client, "queue_add", new { tasks = new[] { new { type = "greet", payload = new { name = "Ada" } } } });
        var id = added.GetProperty("ids")[0].GetInt64();

        var waited = await CallAsync(client, "queue_wait", new { ids = new[] { id } });

        Assert.Equal(1, waited.GetProperty("succeeded").GetInt32());
        var shown = await CallAsync(client, "queue_show", new { id });
        Assert.Equal(("""{"name":"Ada"}""", "\"Hello Ada\""), (shown.GetProperty("payload").GetString(), shown.GetProperty("result").GetString()));
        Assert.Equal("application/json", (await client.ReadResourceAsync($"dq://task/{id}")).Contents[0].MimeType);
    }

    [Fact]
    public async Task Tools_ByDefault_RunNoCommandsAndDecideNothing()
    {
        var client = await StartAsync(server => server.WithDurableQueueTools());
        var names = (await client.ListToolsAsync()).Select(tool => tool.Name).ToList();

        Assert.DoesNotContain("queue_log", names);
        Assert.DoesNotContain("queue_decide", names);
        Assert.Contains("does not let agents run commands", await FailAsync(client, "queue_add", new { tasks = new[] { new { command = "true" } } }), StringComparison.Ordinal);
        Assert.Contains("cannot be 'command'", await FailAsync(client, "queue_add", new { tasks = new[] { new { type = "command" } } }), StringComparison.Ordinal);
        var graph = new { tasks = new object[] { new { name = "a", type = "greet" }, new { name = "b", cmd = "true" } } };
        Assert.Contains("'b' is a command", await FailAsync(client, "queue_add_graph", new { graph }), StringComparison.Ordinal);
        graph = new { tasks = new object[] { new { name = "c", type = "command", payload = new { commandLine = "true" } } } };
        Assert.Contains("'c' is a command", await FailAsync(client, "queue_add_graph", new { graph }), StringComparison.Ordinal);
        Assert.Contains("runs none", await FailAsync(client, "queue_log", new { id = 1 }), StringComparison.Ordinal);
        Assert.Empty((await CallAsync(client, "queue_list", new { })).GetProperty("tasks").EnumerateArray());
    }

    [Fact]
    public async Task Decide_NobodyAuthenticated_IsRefused()
    {
        var client = await StartAsync(server => server.WithDurableQueueTools(tools => tools.AllowApprove = true));
        await CallAsync(client, "queue_add", new { tasks = new[] { new { type = "greet", requires_approval = true } } });

        Assert.Contains("authenticated", await FailAsync(client, "queue_decide", new { request_id = 1, approve = true }), StringComparison.Ordinal);

        Assert.Single((await CallAsync(client, "queue_approvals", new { })).GetProperty("requests").EnumerateArray());
    }

    [Fact]
    public async Task Stop_ClientWithAName_IsRecordedUnderIt()
    {
        var client = await StartAsync(server => server.WithDurableQueueTools(), out var host);
        var queue = host.Services.GetRequiredService<ITaskQueue>();
        var id = await queue.EnqueueAsync(new NewTask("greet"));

        await CallAsync(client, "queue_stop", new { ids = new[] { id.Value }, reason = "too slow" });
        await CallAsync(client, "queue_pause", new { groups = new[] { "default" } });

        var log = await queue.Inspector.GetRequestLogAsync();
        Assert.Equal([(QueueRequestKind.GroupPause, null), (QueueRequestKind.Cancel, "too slow")], log.Select(request => (request.Kind, request.Reason)));
        Assert.NotEmpty(Assert.Single(log.Select(request => request.By).Distinct()));
    }

    [Fact]
    public async Task Tools_NamedQueue_AreThoseOfThatQueue()
    {
        var client = await StartAsync(server => server.WithDurableQueueTools(tools => (tools.QueueName, tools.ReadOnly) = ("reports", true)), out var host);
        await host.Services.GetRequiredKeyedService<ITaskQueue>("reports").EnqueueAsync(new NewTask("report"));

        var task = Assert.Single((await CallAsync(client, "queue_list", new { })).GetProperty("tasks").EnumerateArray());

        Assert.Equal("report", task.GetProperty("type").GetString());
        Assert.Contains("ReadOnly", await FailAsync(client, "queue_stop", new { ids = new[] { 1 } }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tools_BesideThoseOfTheApplication_LeaveThemAlone()
    {
        var subscribed = new TaskCompletionSource<string?>();
        var client = await StartAsync(
            server => server
                .WithTools([ModelContextProtocol.Server.McpServerTool.Create(() => "pong", new() { Name = "ping" })])
                .WithSubscribeToResourcesHandler((request, _) =>
                {
                    subscribed.SetResult(request.Params?.Uri);
                    return new(new EmptyResult());
                })
                .WithDurableQueueTools(),
            out _,
            "2025-11-25");

        Assert.Contains("ping", (await client.ListToolsAsync()).Select(tool => tool.Name));
        Assert.Equal("pong", Text(await client.CallToolAsync("ping")));
        await client.SubscribeToResourceAsync("app://page");
        Assert.Equal("app://page", await subscribed.Task.WaitAsync(Sandbox.Limit));
        Assert.True(client.ServerCapabilities.Resources?.Subscribe);
    }

    [Fact]
    public async Task Options_Limits_ApplyToEveryCall()
    {
        var client = await StartAsync(server => server.WithDurableQueueTools(tools => (tools.DefaultCharacters, tools.LongestWait) = (400, TimeSpan.FromSeconds(1))));
        var added = await CallAsync(client, "queue_add", new { tasks = Enumerable.Range(0, 20).Select(_ => new { type = "nobody" }) });

        Assert.InRange(added.GetProperty("tasks").GetArrayLength(), 1, 3);
        Assert.InRange((await CallAsync(client, "queue_list", new { })).GetRawText().Length, 100, 700);
        var waited = await CallAsync(client, "queue_wait", new { ids = new[] { 1 }, timeout_seconds = 3_000 });
        Assert.Equal("time_over", waited.GetProperty("end").GetString());
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddMcpServer().WithDurableQueueTools(tools => tools.DefaultCharacters = 10));
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddMcpServer().WithDurableQueueTools(tools => tools.LongestWait = TimeSpan.Zero));
        Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddMcpServer().WithDurableQueueTools().WithDurableQueueTools());
    }

    [Fact]
    public async Task Notifications_WhileOthersAreRaised_ComeOnceEach()
    {
        const int Count = 2_000;
        var client = await StartAsync(server => server.WithDurableQueueTools(), out var host);
        var notifications = host.Services.GetRequiredService<ITaskQueue>().Notifications;
        var raising = Task.Run(async () =>
        {
            for (var n = 1; n <= Count; n++)
            {
                await notifications.RaiseAsync(new NewNotification("news", $"{n}"));
            }
        });

        var seen = new List<string>();
        for (var after = 0L; seen.Count < Count;)
        {
            var page = await CallAsync(client, "queue_notifications", new { after, wait_seconds = 60, limit = 200, max_characters = 100_000 });
            seen.AddRange(page.GetProperty("notifications").EnumerateArray().Select(item => item.GetProperty("text").GetString()!));
            after = page.GetProperty("next_cursor").GetInt64();
        }

        await raising;
        Assert.Equal(Enumerable.Range(1, Count).Select(n => $"{n}"), seen);
    }

    [Fact]
    public async Task Subscribe_ToWhatIsNotThere_IsRefused()
    {
        var client = await StartAsync(server => server.WithDurableQueueTools(), out _, "2025-11-25");

        var error = await Assert.ThrowsAsync<McpProtocolException>(() => client.SubscribeToResourceAsync("app://page"));

        Assert.Contains("app://page", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<McpProtocolException>(() => client.SubscribeToResourceAsync("dq://task/99"));
    }

    private static async Task<JsonElement> CallAsync(McpClient client, string tool, object arguments)
    {
        var result = await CallToolAsync(client, tool, arguments);
        Assert.True(result.IsError is not true, Text(result));
        return result.StructuredContent!.Value;
    }

    private static async Task<string> FailAsync(McpClient client, string tool, object arguments)
    {
        var result = await CallToolAsync(client, tool, arguments);
        Assert.True(result.IsError is true, Text(result));
        return Text(result);
    }

    private static async Task<CallToolResult> CallToolAsync(McpClient client, string tool, object arguments) => await client.CallToolAsync(
        tool, JsonSerializer.SerializeToElement(arguments).EnumerateObject().ToDictionary(item => item.Name, item => (object?)item.Value)).AsTask().WaitAsync(Sandbox.Limit);

    private static string Text(CallToolResult result) => string.Concat(result.Content.OfType<TextContentBlock>().Select(block => block.Text));

    private Task<McpClient> StartAsync(Action<IMcpServerBuilder> configure) => StartAsync(configure, out _);

    private Task<McpClient> StartAsync(Action<IMcpServerBuilder> configure, out IHost host, string? revision = null)
    {
        var (toServer, toClient) = (new Pipe(), new Pipe());
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDurableQueue(queue => queue
            .UseSqlite(Path.Combine(folder, "queue.db"))
            .AddHandler("greet", (Greeting greeting, TaskContext _, CancellationToken _) => Task.FromResult($"Hello {greeting.Name}"))
            .AddWorker());
        builder.Services.AddDurableQueue("reports", queue => queue.UseSqlite(Path.Combine(folder, "reports.db")));
        configure(builder.Services.AddMcpServer().WithStreamServerTransport(toServer.Reader.AsStream(), toClient.Writer.AsStream()));
        host = builder.Build();
        return ConnectAsync(host, new StreamClientTransport(toServer.Writer.AsStream(), toClient.Reader.AsStream()), revision);
    }

    private async Task<McpClient> ConnectAsync(IHost host, StreamClientTransport transport, string? revision)
    {
        started.Add((IAsyncDisposable)host);
        await host.StartAsync();
        var client = await McpClient.CreateAsync(transport, new McpClientOptions { ProtocolVersion = revision });
        started.Add(client);
        return client;
    }

    private sealed record Greeting(string Name);
}
