using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Endpoints;

/// <summary>Who asked for what, with the task and in the log of the queue.</summary>
public sealed class RequestTests
{
    [Fact]
    public async Task Actions_AreThoseOfTheQueue_NewestFirst()
    {
        await using var host = await TestDashboard.StartWithUsersAsync();
        using var client = host.CreateClient();
        TestUsers.SignIn(client, "ada", Enum.GetValues<DashboardPermission>());
        await PostAsync(client, "tasks", new { type = "mail" });
        await PostAsync(client, "tasks/1/stash", new { });
        await PostAsync(client, "tasks/1/edit", new { priority = 3 });
        await PostAsync(client, "tasks/99/cancel", new { });
        await host.Queue.Control.As("dq ada@host").CancelAsync(new TaskId(1), "not needed");
        TestUsers.SignIn(client, "grace", Enum.GetValues<DashboardPermission>());
        await PostAsync(client, "groups/ml", new { paused = true });
        await PostAsync(client, "groups/ml", new { paused = false });
        await PostAsync(client, "groups/ml/remove", new { });
        var ids = await host.Queue.EnqueueAsync([new NewTask("mail") { Stashed = true }, new NewTask("mail") { Stashed = true }]);
        await host.Queue.Control.As("agent").RemoveAsync(ids);

        var answer = await client.GetFromJsonAsync<JsonElement>("api/default/actions");

        Assert.Equal(
            [
                "agent remove 2 tasks", "grace groupRemove ml", "grace groupResume ml", "grace groupPause ml", "grace groupSet ml",
                "dq ada@host cancel 1 not needed", "ada edit 1 priority = 3", "ada stash 1",
            ],
            Lines(answer));
        Assert.False(answer.TryGetProperty("next", out _));
        var cancelled = answer.GetProperty("actions")[5];
        Assert.Equal(1, cancelled.GetProperty("task").GetInt64());
        Assert.True(DateTimeOffset.TryParse(cancelled.GetProperty("at").GetString(), out _));
    }

    [Fact]
    public async Task Actions_InPages_AreEachThereOnce()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        var id = await host.Queue.EnqueueAsync(new NewTask("mail"));
        for (var i = 1; i <= 7; i++)
        {
            await host.Queue.Control.As($"user{i}").EditAsync(id, new TaskEdit { Priority = i });
        }

        var found = new List<string>();
        for (var cursor = ""; ;)
        {
            var page = await client.GetFromJsonAsync<JsonElement>($"api/default/actions?limit=3{cursor}");
            found.AddRange(page.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("by").GetString()!));
            if (!page.TryGetProperty("next", out var next))
            {
                break;
            }

            cursor = $"&cursor={next.GetString()}";
        }

        Assert.Equal(Enumerable.Range(1, 7).Reverse().Select(i => $"user{i}"), found);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync("api/default/actions?cursor=x")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync("api/default/actions?limit=1001")).StatusCode);
    }

    [Fact]
    public async Task Task_ThatSomebodyActedOn_SaysWho()
    {
        await using var host = await TestDashboard.StartWithUsersAsync();
        using var client = host.CreateClient();
        TestUsers.SignIn(client, "ada", Enum.GetValues<DashboardPermission>());
        var id = await host.Queue.EnqueueAsync(new NewTask("mail") { RequiresApproval = true });
        Assert.False((await client.GetFromJsonAsync<JsonElement>($"api/default/tasks/{id}")).TryGetProperty("requestedBy", out _));

        await PostAsync(client, $"tasks/{id}/approve", new { note = "fine" });
        await PostAsync(client, "bulk", new { q = "", action = "stash", dryRun = true });
        await PostAsync(client, "bulk", new { q = "", action = "stash", dryRun = false });
        await PostAsync(client, $"tasks/{id}/retry", new { });
        var task = await PostAsync(client, $"tasks/{id}/cancel", new { reason = "no" });

        Assert.Equal(
            ["ada approve fine", "ada stash", "ada cancel no"],
            task.GetProperty("requestedBy").EnumerateArray().Select(Line));
        Assert.All(task.GetProperty("requestedBy").EnumerateArray(), request => Assert.True(DateTimeOffset.TryParse(request.GetProperty("at").GetString(), out _)));
    }

    [Fact]
    public async Task Viewer_WithoutAName_ActsUnrecorded()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        var id = await host.Queue.EnqueueAsync(new NewTask("mail"));

        await PostAsync(client, $"tasks/{id}/cancel", new { });
        await PostAsync(client, "groups/ml", new { paused = true });

        Assert.True((await host.Queue.Groups.GetAsync("ml"))!.Paused);
        Assert.Empty(Lines(await client.GetFromJsonAsync<JsonElement>("api/default/actions")));
    }

    [Fact]
    public async Task Viewer_WithANameThatIsNoLine_IsRecordedUnderTheNearest()
    {
        await using var host = await TestDashboard.StartWithUsersAsync(options => options.ViewerName = _ => $"a\tb\ud800{new string('c', 251)}\ud83d\ude00");
        using var client = host.CreateClient();
        TestUsers.SignIn(client, "ada", Enum.GetValues<DashboardPermission>());
        var id = await host.Queue.EnqueueAsync(new NewTask("mail"));

        await PostAsync(client, $"tasks/{id}/stash", new { });

        Assert.Equal($"a b\ufffd{new string('c', 251)}", Assert.Single(await host.Queue.Inspector.GetRequestsAsync(id)).By);
    }

    private static IEnumerable<string> Lines(JsonElement answer) => answer.GetProperty("actions").EnumerateArray().Select(Line);

    private static string Line(JsonElement request) => string.Join(
        ' ', new[] { "by", "what", "target", "reason", "change" }.Select(name => request.TryGetProperty(name, out var value) ? value.GetString() : null).Where(text => text is not null));

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync($"api/default/{path}", body);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
