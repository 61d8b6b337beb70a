using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using DurableQueue.Cli.Tests;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Xunit;

namespace DurableQueue.Mcp.Tests;

/// <summary>Tasks and logs as resources, and the notices that wake a client.</summary>
public sealed class ResourceTests : IAsyncLifetime
{
    private readonly Sandbox box = new();
    private readonly Channel<JsonNode> notices = Channel.CreateUnbounded<JsonNode>();
    private TaskRunner worker = null!;

    public async Task InitializeAsync() => worker = await TaskRunner.StartAsync(box);

    public async Task DisposeAsync()
    {
        await worker.DisposeAsync();
        await box.DisposeAsync();
    }

    [Fact]
    public async Task Read_TaskAndLog_AreThoseOfTheTools()
    {
        await using var agent = await AgentSession.StartAsync(box);
        var id = await agent.RunAsync("printf 'a\\033[31mred\\n'");
        await agent.CallAsync("queue_wait", new { ids = new[] { id } });

        var task = await ReadAsync(agent, $"dq://task/{id}");
        var log = await ReadAsync(agent, $"dq://task/{id}/log");

        Assert.Equal(id, JsonDocument.Parse(task).RootElement.GetProperty("task").GetProperty("id").GetInt64());
        Assert.Equal("a\\x1b[31mred\n", log);
        Assert.Equal(["dq://task/{id}", "dq://task/{id}/log"], (await agent.Client.ListResourceTemplatesAsync()).Select(template => template.UriTemplate));
        await Assert.ThrowsAsync<McpProtocolException>(() => ReadAsync(agent, "dq://task/99"));
    }

    [Fact]
    public async Task Listen_TaskEnds_TellsOfIt()
    {
        await using var agent = await AgentSession.StartAsync(box);
        Collect(agent, NotificationMethods.ResourceUpdatedNotification);
        var acknowledged = Channel.CreateUnbounded<JsonNode>();
        agent.Client.RegisterNotificationHandler(NotificationMethods.SubscriptionsAcknowledgedNotification, (notice, token) => acknowledged.Writer.WriteAsync(notice.Params!, token));
        var id = await agent.RunAsync("until test -e go; do sleep 0.02; done");
        await StartedAsync(id);
        using var over = new CancellationTokenSource();

        var listening = agent.Client.SendRequestAsync(Listen($"dq://task/{id}", $"dq://task/{id}/log", "dq://task/99"), over.Token);

        var granted = await ReadAsync(acknowledged);
        Assert.Equal([$"dq://task/{id}", $"dq://task/{id}/log"], granted["notifications"]!["resourceSubscriptions"]!.AsArray().Select(uri => uri!.GetValue<string>()));
        await box.WriteAsync("go", "");
        JsonNode notice;
        do
        {
            notice = await ReadAsync(notices);
            Assert.Equal($"{granted["_meta"]}", $"{notice["_meta"]}");
        }
        while ((await ReadTaskAsync(agent, id)).GetProperty("state").GetString() != "done");

        Assert.Equal($"dq://task/{id}", notice["uri"]!.GetValue<string>());
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listening);
        await agent.CallAsync("queue_retry", new { ids = new[] { id } });
        await agent.CallAsync("queue_wait", new { ids = new[] { id } });
        await agent.CallAsync("queue_notifications", new { after = 100, wait_seconds = 1 });
        Assert.False(notices.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Subscribe_OutputMatches_TellsOfItBeforeTheEnd()
    {
        await using var agent = await AgentSession.StartOlderAsync(box);
        var id = (await agent.AddAsync(new { command = "until test -e go; do sleep 0.02; done; echo 'epoch 7'; sleep 600", watch = new[] { new { pattern = "epoch (\\d+)" } } }))[0];
        await StartedAsync(id);
        await using var subscription = await agent.Client.SubscribeToResourceAsync(
            $"dq://task/{id}", (notice, token) => notices.Writer.WriteAsync(JsonNode.Parse($$"""{"uri":"{{notice.Uri}}"}""")!, token));

        await box.WriteAsync("go", "");

        Assert.Equal($"dq://task/{id}", (await ReadAsync(notices))["uri"]!.GetValue<string>());
        var notified = (await agent.CallAsync("queue_notifications", new { task_ids = new[] { id } })).GetProperty("notifications")[0];
        Assert.Equal("output", notified.GetProperty("topic").GetString());
        Assert.Contains("epoch 7", notified.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscribe_LogGrows_TellsOfItUntilUnsubscribed()
    {
        await using var agent = await AgentSession.StartOlderAsync(box);
        Collect(agent, NotificationMethods.ResourceUpdatedNotification);
        var id = await agent.RunAsync("until test -e go; do sleep 0.02; done; echo one; until test -e on; do sleep 0.02; done; echo two");
        await StartedAsync(id);
        var uri = $"dq://task/{id}/log";
        await agent.Client.SubscribeToResourceAsync(uri);

        await box.WriteAsync("go", "");

        Assert.Equal(uri, (await ReadAsync(notices))["uri"]!.GetValue<string>());
        Assert.Equal("one\n", await ReadAsync(agent, uri));
        await agent.Client.UnsubscribeFromResourceAsync(uri);
        await box.WriteAsync("on", "");
        await agent.CallAsync("queue_wait", new { ids = new[] { id } });
        await agent.CallAsync("queue_notifications", new { after = 100, wait_seconds = 1 });
        Assert.False(notices.Reader.TryRead(out _));
        await Assert.ThrowsAsync<McpProtocolException>(() => agent.Client.SubscribeToResourceAsync("dq://task/99"));
    }

    private static async Task<string> ReadAsync(AgentSession agent, string uri) =>
        Assert.IsType<TextResourceContents>((await agent.Client.ReadResourceAsync(uri)).Contents.Single()).Text;

    private static async Task<JsonNode> ReadAsync(Channel<JsonNode> channel) => await channel.Reader.ReadAsync().AsTask().WaitAsync(Sandbox.Limit);

    private static async Task<JsonElement> ReadTaskAsync(AgentSession agent, long id) => (await agent.CallAsync("queue_show", new { id })).GetProperty("task");

    private static JsonRpcRequest Listen(params string[] uris) => new()
    {
        Method = RequestMethods.SubscriptionsListen,
        Params = new JsonObject { ["notifications"] = new JsonObject { ["resourceSubscriptions"] = new JsonArray([.. uris.Select(uri => JsonValue.Create(uri))]) } },
    };

    private void Collect(AgentSession agent, string method) =>
        agent.Client.RegisterNotificationHandler(method, (notice, token) => notices.Writer.WriteAsync(notice.Params!, token));

    private Task StartedAsync(long id) => Sandbox.UntilAsync(() => File.Exists(box.Files.Log(new TaskId(id), 1)), "the command runs");
}
