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

    [Fact]
    public async Task Board_Queued_IsInTheOrderInWhichItRuns()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        await host.Queue.EnqueueAsync([new NewTask("mail") { Delay = TimeSpan.FromHours(1) }, new NewTask("mail"), new NewTask("mail") { Priority = 5 }]);

        var board = await client.GetFromJsonAsync<JsonElement>("api/default/board");

        Assert.Equal([3, 2, 1], board.GetProperty("queued").EnumerateArray().Select(task => task.GetProperty("id").GetInt64()));
    }

    [Fact]
    public async Task Tasks_OfALongQueue_SayHowMuchWasSearched()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 10_000).Select(number => new NewTask("mail") { Label = number == 9_999 ? "needle" : null })]);

        // A search of unindexed text may be cut short, and then goes on behind what it has searched.
        string? cursor = null;
        var (found, rows) = (0, 0L);
        do
        {
            var page = await client.GetFromJsonAsync<JsonElement>($"api/default/tasks?q=label~eedl{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
            found += page.GetProperty("tasks").GetArrayLength();
            rows += page.GetProperty("searched").GetProperty("rows").GetInt64();
            cursor = page.TryGetProperty("next", out var next) ? next.GetString() : null;
            Assert.Equal(cursor is null, page.GetProperty("searched").GetProperty("complete").GetBoolean());
        }
        while (cursor is not null);

        Assert.Equal(1, found);
        Assert.InRange(rows, 1, 10_000);
    }
}
