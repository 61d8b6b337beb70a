using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Endpoints;

public sealed class HealthTests
{
    [Fact]
    public async Task Health_ReadyTaskWithoutAWorker_IsATrouble()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        Assert.Equal("healthy", (await client.GetFromJsonAsync<JsonElement>("api/default/health")).GetProperty("status").GetString());
        await host.Queue.EnqueueAsync(new NewTask("mail"));

        var health = await client.GetFromJsonAsync<JsonElement>("api/default/health");

        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.Equal("mail", health.GetProperty("unservedTypes")[0].GetString());
        Assert.Contains("mail", health.GetProperty("troubles")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal("queue.db", health.GetProperty("file").GetString());
        Assert.True(health.GetProperty("fileBytes").GetInt64() > 0);
    }

    [Fact]
    public async Task Overview_ReadyTaskWithoutAWorker_NamesTheTrouble()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        Assert.Equal("healthy", (await HealthAsync()).GetProperty("status").GetString());
        await host.Queue.EnqueueAsync(new NewTask("mail"));

        var health = await HealthAsync();

        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.Contains("mail", health.GetProperty("text").GetString(), StringComparison.Ordinal);

        async Task<JsonElement> HealthAsync() => (await client.GetFromJsonAsync<JsonElement>("api/default/overview")).GetProperty("health");
    }

    [Fact]
    public async Task Verify_SoundQueue_SaysSo()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        await host.Queue.EnqueueAsync(new NewTask("mail"));

        using var answer = await client.PostAsJsonAsync("api/default/verify", new { });

        var verification = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(verification.GetProperty("isSound").GetBoolean());
        Assert.Equal(1, verification.GetProperty("tasks").GetInt64());
    }

    [Fact]
    public async Task Errors_OfOneKind_AreOneGroup()
    {
        var number = 0;
        await using var host = await TestDashboard.StartAsync(configureQueue: queue => queue
            .AddHandler("mail", (_, _) => throw new PermanentTaskException($"mailbox {Interlocked.Increment(ref number)} is full\nmore"))
            .AddHandler("other", (_, _) => throw new PermanentTaskException("broken"))
            .AddWorker(worker => worker.Concurrency = 1));
        using var client = host.CreateClient();
        await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 12).Select(_ => new NewTask("mail")), new NewTask("other")]);
        await host.Queue.Inspector.WaitAsync(TaskSelector.All);

        var errors = await client.GetFromJsonAsync<JsonElement>("api/default/errors");

        Assert.Equal(
            ["DurableQueue.PermanentTaskException: broken: 1", "DurableQueue.PermanentTaskException: mailbox # is full: 12"],
            errors.GetProperty("groups").EnumerateArray().Select(group => $"{group.GetProperty("firstLine")}: {group.GetProperty("count")}").Order());
        Assert.True(errors.GetProperty("searched").GetProperty("complete").GetBoolean());
        foreach (var group in errors.GetProperty("groups").EnumerateArray())
        {
            var found = await client.GetFromJsonAsync<JsonElement>($"api/default/tasks?q={Uri.EscapeDataString(group.GetProperty("q").GetString()!)}");
            Assert.Equal(group.GetProperty("count").GetInt32(), found.GetProperty("tasks").GetArrayLength());
        }
    }
}
