using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Dashboard.Tests;

public sealed class ReadTests
{
    [Fact]
    public async Task Task_Enqueued_IsOnTheBoardAndInTheList()
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = new HttpClient { BaseAddress = host.Address };
        var id = await host.Queue.EnqueueAsync(new NewTask("mail", """{"to":"a"}"""u8.ToArray()) { Label = "<b>" });

        var page = await client.GetStringAsync("");
        Assert.Contains("<base href=\"./\">", page, StringComparison.Ordinal);
        var meta = await client.GetFromJsonAsync<JsonElement>("api/meta");
        Assert.Equal("default", meta.GetProperty("queues")[0].GetProperty("name").GetString());
        foreach (var path in new[] { "api/default/overview", "api/default/board", "api/default/tasks", $"api/default/tasks/{id}" })
        {
            var answer = await client.GetFromJsonAsync<JsonElement>(path);
            Assert.Equal(JsonValueKind.Object, answer.ValueKind);
            if (path.EndsWith("board", StringComparison.Ordinal))
            {
                Assert.Equal("<b>", answer.GetProperty("queued")[0].GetProperty("label").GetString());
            }
        }
    }
}
