using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DurableQueue.Processes;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Endpoints;

public sealed class LogTests
{
    [Fact]
    public async Task Log_OfACommand_IsReadInParts()
    {
        await using var host = await TestDashboard.StartAsync(configureQueue: queue => queue.AddCommands().AddWorker());
        using var client = host.CreateClient();
        var id = await host.Queue.EnqueueAsync(new CommandTask { CommandLine = "printf 'äöü<b>\\nsecond\\n'" }.ToTask());
        await host.Queue.Inspector.WaitAsync(id);

        var whole = await client.GetFromJsonAsync<JsonElement>($"api/default/tasks/{id}/log");
        Assert.Equal("äöü<b>\nsecond\n", whole.GetProperty("text").GetString());
        Assert.True(whole.GetProperty("ended").GetBoolean());
        Assert.Equal(17, whole.GetProperty("size").GetInt64());
        var task = await client.GetFromJsonAsync<JsonElement>($"api/default/tasks/{id}");
        Assert.Equal(17, task.GetProperty("log").GetProperty("size").GetInt64());

        var text = "";
        for (var from = 0L; from < 17;)
        {
            // Five bytes are two letters and a half.
            var part = await client.GetFromJsonAsync<JsonElement>($"api/default/tasks/{id}/log?from={from}&max=5");
            text += part.GetProperty("text").GetString();
            Assert.True(part.GetProperty("next").GetInt64() > from);
            from = part.GetProperty("next").GetInt64();
        }

        Assert.Equal("äöü<b>\nsecond\n", text);
        Assert.Equal("second\n", (await client.GetFromJsonAsync<JsonElement>($"api/default/tasks/{id}/log?from=-7")).GetProperty("text").GetString());
        using var raw = await client.GetAsync($"api/default/tasks/{id}/log/raw");
        Assert.Equal("attachment", raw.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("äöü<b>\nsecond\n", await raw.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Log_ThatIsNotThere_SaysWhy()
    {
        await using var host = await TestDashboard.StartAsync(configureQueue: queue => queue.AddCommands());
        using var client = host.CreateClient();
        var id = await host.Queue.EnqueueAsync(new CommandTask { CommandLine = "true" }.ToTask());

        var log = await client.GetFromJsonAsync<JsonElement>($"api/default/tasks/{id}/log");

        Assert.Equal("", log.GetProperty("text").GetString());
        Assert.False(string.IsNullOrEmpty(log.GetProperty("source").GetString()));
        foreach (var (query, expected) in new[] { ("?from=x", 400), ("?max=0", 400), ("?attempt=0", 400), ("?stream=what", 400), ("/raw", 404) })
        {
            using var answer = await client.GetAsync($"api/default/tasks/{id}/log{query}");
            Assert.Equal((HttpStatusCode)expected, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Log_InAHostWithoutLogs_IsNotFound()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();

        using var answer = await client.GetAsync("api/default/tasks/1/log");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
