using DurableQueue.Cli.Tests;
using Xunit;

namespace DurableQueue.Mcp.Tests;

/// <summary>No value of an environment leaves the server: not in results, resources, errors or its log.</summary>
public sealed class SecretTests : IAsyncLifetime
{
    private const string Inherited = "canary-inherited-4711";
    private const string Given = "canary-given-4712";

    private readonly Sandbox box = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await box.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_WhateverIsAsked_NeverShowsAnEnvironment(bool older)
    {
        box.Variables["API_TOKEN"] = Inherited;
        await using var worker = await TaskRunner.StartAsync(box);
        await using var agent = older ? await AgentSession.StartOlderAsync(box) : await AgentSession.StartAsync(box, "--allow-approve");
        var environment = new { MY_SECRET = Given };

        // The command sees both, and says so without showing them.
        var test = $"test $API_TOKEN = {Inherited[..6]}'{Inherited[6..]}' && test $MY_SECRET = {Given[..6]}'{Given[6..]}'";
        await agent.AddAsync(
            new { command = test, environment },
            new { command = "exit 3", environment, retries = 1 },
            new { command = "deploy", environment, requires_approval = true },
            new { arguments = new[] { "no-such-program-at-all" }, environment, watch = new[] { new { pattern = "x" } } });
        await agent.CallAsync("queue_add_graph", new { graph = new { tasks = new[] { new { name = "a", cmd = test, env = environment } } } });
        var waited = await agent.CallAsync("queue_wait", new { ids = new[] { 1, 2, 4, 5 } });

        Assert.Equal(2, waited.GetProperty("succeeded").GetInt32());
        foreach (var id in Enumerable.Range(1, 5))
        {
            await agent.CallAsync("queue_show", new { id, max_characters = 100_000 });
            await agent.Client.ReadResourceAsync($"dq://task/{id}");
            await agent.Client.ReadResourceAsync($"dq://task/{id}/log");
        }

        await agent.CallAsync("queue_list", new { max_characters = 100_000 });
        await agent.CallAsync("queue_notifications", new { max_characters = 100_000 });
        await agent.CallAsync("queue_approvals", new { status = "all" });
        await agent.FailAsync("queue_add", new { tasks = new[] { new { command = "true", environment = new { MY_SECRET = new[] { Given } } } } });
        await agent.FailAsync("queue_add", new { tasks = new[] { new { command = "true", environment = new Dictionary<string, string> { ["A=B"] = Given } } } });
        await agent.FailAsync("queue_add", new { tasks = new[] { new { command = "true", environment = new Dictionary<string, string> { ["NUL"] = $"{Given}\0" } } } });
        await agent.FailAsync("queue_add_graph", new { graph = new { tasks = new[] { new { name = "a", cmd = "true", env = new { MY_SECRET = new[] { Given } } } } } });
        await agent.FailAsync("queue_add_graph", new { graph = new { tasks = new[] { new { name = "a", cmd = "true", env = new Dictionary<string, string> { ["A=B"] = Given } } } } });
        await agent.CallAsync("queue_retry", new { ids = new[] { 2 } });
        await agent.CallAsync("queue_stop", new { ids = new[] { 3 } });
        if (!older)
        {
            await agent.CallAsync("queue_show", new { id = 3 });
        }

        var (_, errors) = await agent.EndAsync();
        Assert.Contains("queue_add", agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-", agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-", errors, StringComparison.Ordinal);
    }
}
