using DurableQueue.Cli.Tests;
using DurableQueue.Processes;
using Xunit;

namespace DurableQueue.Mcp.Tests;

/// <summary>The settings of dq are in force for what agents add, as for <c>dq add</c>.</summary>
public sealed class SettingsTests : IAsyncLifetime
{
    private readonly Sandbox box = new();

    [Fact]
    public async Task Add_WithSettings_GetsThem_AndWhatTheCallSaysComesFirst()
    {
        Directory.CreateDirectory(Path.Combine(box.Folder, "config", "dq"));
        await box.WriteAsync("config/dq/config.toml", "group = \"batch\"\ntimeout = \"1h\"\nresource_controls = \"nice-ionice\"\nnice = 12\nstart_worker = false\ngroups = { batch = 3 }");
        box.Variables["XDG_CONFIG_HOME"] = Path.Combine(box.Folder, "config");
        await using var session = await AgentSession.StartAsync(box);

        var ids = await session.AddAsync(new { command = "true" }, new { command = "true", group = "own", timeout_seconds = 5 }, new { type = "mail", payload = 1 });
        var graph = await session.CallAsync("queue_add_graph", new { graph = new { tasks = new { a = new { cmd = "true" } } } });

        Assert.Equal([("batch", TimeSpan.FromHours(1), 12), ("own", TimeSpan.FromSeconds(5), 12), ("batch", null, null), ("batch", TimeSpan.FromHours(1), 12)], await ReadAsync([.. ids, graph.GetProperty("ids").GetProperty("a").GetInt64()]));
        await using var queue = await box.OpenAsync();
        Assert.Equal(3, (await queue.Groups.GetAsync("batch"))!.Parallelism);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await box.DisposeAsync();

    private async Task<List<(string Group, TimeSpan? Timeout, int? Nice)>> ReadAsync(long[] ids)
    {
        await using var queue = await box.OpenAsync();
        var read = new List<(string, TimeSpan?, int?)>();
        foreach (var id in ids.Select(id => new TaskId(id)))
        {
            var task = (await queue.Inspector.GetAsync(id))!;
            read.Add((task.Group, task.Timeout, task.Type == CommandTask.TypeName ? CommandTask.FromPayload(await queue.Inspector.GetPayloadAsync(id)).Nice : null));
        }

        return read;
    }
}
