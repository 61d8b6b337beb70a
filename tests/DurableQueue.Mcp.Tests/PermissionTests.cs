using System.Text.Json;
using DurableQueue.Cli.Tests;
using Xunit;

namespace DurableQueue.Mcp.Tests;

/// <summary>What a server does not allow is refused, whatever a client asks.</summary>
public sealed class PermissionTests : IAsyncLifetime
{
    private readonly Sandbox box = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await box.DisposeAsync();

    [Fact]
    public async Task ReadOnly_EveryToolThatChanges_IsRefused()
    {
        await using var all = await AgentSession.StartAsync(box, "--allow-approve");
        var id = await all.RunAsync("true");
        await using var reader = await AgentSession.StartAsync(box, "--read-only");
        var before = await StatusAsync();

        Assert.All(reader.Tools.Values, tool => Assert.True(tool.Annotations!.ReadOnlyHint, tool.Name));
        var changing = all.Tools.Values.Where(tool => tool.Annotations!.ReadOnlyHint is not true).ToList();
        Assert.Equal(all.Tools.Count, changing.Count + reader.Tools.Count);
        foreach (var tool in changing)
        {
            var said = await reader.FailAsync(tool.Name, Some(tool.InputSchema));
            Assert.Contains("read-only", said, StringComparison.Ordinal);
        }

        Assert.Equal(before, await StatusAsync());
        Assert.Equal(id, (await reader.CallAsync("queue_show", new { id })).GetProperty("task").GetProperty("id").GetInt64());

        async Task<string> StatusAsync() => (await box.DoAsync("status", "--json")).Out + (await box.DoAsync("group", "list", "--json")).Out;
    }

    [Fact]
    public async Task AllowApprove_Given_DecidesAsTheUser()
    {
        await using var agent = await AgentSession.StartAsync(box, "--allow-approve");
        await agent.AddAsync(new { command = "one", requires_approval = true }, new { command = "two", requires_approval = true });

        var approved = await agent.CallAsync("queue_decide", new { request_id = 1, approve = true });
        Assert.Contains("'note'", await agent.FailAsync("queue_decide", new { request_id = 2, approve = false }), StringComparison.Ordinal);
        var rejected = await agent.CallAsync("queue_decide", new { request_id = 2, approve = false, note = "not today" });

        Assert.Equal(("approved", Environment.UserName), (approved.GetProperty("status").GetString(), approved.GetProperty("decided_by").GetString()));
        Assert.Equal("not today", rejected.GetProperty("note").GetString());
        Assert.Equal("rejected", (await agent.CallAsync("queue_show", new { id = 2 })).GetProperty("task").GetProperty("outcome").GetString());
        Assert.Contains("Request 1 is Approved", await agent.FailAsync("queue_decide", new { request_id = 1, approve = true }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_ThatContradictEachOther_AreRefused()
    {
        var result = await box.RunAsync("mcp", "--read-only", "--allow-approve");

        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.Contains("--allow-approve", result.Err, StringComparison.Ordinal);
    }

    /// <summary>Arguments that fit the types of a schema.</summary>
    private static JsonElement Some(JsonElement schema)
    {
        var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()!).ToArray() : [];
        return JsonSerializer.SerializeToElement(required.ToDictionary(name => name, name => Value(schema.GetProperty("properties").GetProperty(name))));

        static object Value(JsonElement rule) => rule.GetProperty("type").GetString() switch
        {
            "integer" => 1,
            "boolean" => true,
            "array" => new[] { rule.GetProperty("items").GetProperty("type").GetString() == "integer" ? (object)1 : new { command = "true" } },
            "object" => new { tasks = new[] { new { name = "a", cmd = "true" } } },
            _ => "text",
        };
    }
}
