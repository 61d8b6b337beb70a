using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Endpoints;

public sealed class ActionTests
{
    [Fact]
    public async Task Create_AllSettings_AreThoseOfTheTask()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        var first = await host.Queue.EnqueueAsync(new NewTask("mail"));

        var answer = await PostAsync(client, "tasks", new
        {
            type = "mail",
            payload = new { to = "a" },
            group = "ml",
            label = "a label",
            priority = 7,
            delayMs = 60_000,
            after = new[] { first.Value },
            maxAttempts = 9,
            timeoutMs = 5_000,
            metadata = new Dictionary<string, string> { ["k"] = "v" },
            dedupKey = "key",
            requiresApproval = true,
            estimate = new { amount = 1.5 },
            stashed = true,
        });

        Assert.True(answer.GetProperty("created").GetBoolean());
        var task = await host.Queue.Inspector.GetAsync(new TaskId(answer.GetProperty("id").GetInt64()));
        Assert.NotNull(task);
        Assert.Equal(("mail", "ml", "a label", 7, 9), (task.Type, task.Group, task.Label, task.Priority, task.MaxAttempts));
        Assert.Equal(TaskHolds.Dependencies | TaskHolds.NotBefore | TaskHolds.Stashed | TaskHolds.Approval, task.Holds);
        Assert.Equal((TimeSpan.FromSeconds(5), "key", new Cost(1.5m)), (task.Timeout, task.DedupKey, task.EstimatedCost));
        Assert.Equal("v", task.Metadata["k"]);
        Assert.Equal("""{"to":"a"}"""u8.ToArray(), (await host.Queue.Inspector.GetPayloadAsync(task.Id)).ToArray());

        var again = await PostAsync(client, "tasks", new { type = "mail", dedupKey = "key" });
        Assert.False(again.GetProperty("created").GetBoolean());
        Assert.Equal(task.Id.Value, again.GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task Actions_ThatTheTaskNames_Work()
    {
        await using var host = await TestDashboard.StartWithUsersAsync();
        using var client = host.CreateClient();
        TestUsers.SignIn(client, "ada", Enum.GetValues<DashboardPermission>());
        var id = await host.Queue.EnqueueAsync(new NewTask("mail") { RequiresApproval = true });

        foreach (var (action, body, expected) in new (string, object, string[])[]
        {
            ("stash", new { }, ["cancel", "edit", "unstash", "approve", "reject"]),
            ("unstash", new { }, ["cancel", "edit", "stash", "approve", "reject"]),
            ("edit", new { priority = 3, label = "new" }, ["cancel", "edit", "stash", "approve", "reject"]),
            ("approve", new { note = "yes" }, ["cancel", "edit", "stash", "runNow"]),
            ("runNow", new { }, ["cancel", "edit", "stash"]),
            ("cancel", new { reason = "no" }, ["retry", "remove"]),
            ("retry", new { stashed = true }, ["cancel", "edit", "unstash", "runNow"]),
        })
        {
            var task = await PostAsync(client, $"tasks/{id}/{action}", body);
            Assert.Equal(expected, task.GetProperty("actions").EnumerateArray().Select(name => name.GetString()));
        }

        Assert.Equal(3, (await host.Queue.Inspector.GetAsync(id))!.Priority);
        await PostAsync(client, $"tasks/{id}/cancel", new { });
        Assert.True((await PostAsync(client, $"tasks/{id}/remove", new { })).GetProperty("removed").GetBoolean());
        Assert.Null(await host.Queue.Inspector.GetAsync(id));
    }

    [Theory]
    [InlineData("cancel", "done")]
    [InlineData("stash", "done")]
    [InlineData("edit", "done")]
    [InlineData("runNow", "done")]
    public async Task Action_OnAStalePage_SaysWhatTheTaskIsNow(string action, string state)
    {
        await using var host = await TestDashboard.StartAsync(configureQueue: queue => queue.AddHandler("mail", (_, _) => Task.CompletedTask).AddWorker());
        using var client = host.CreateClient();
        var id = await host.Queue.EnqueueAsync(new NewTask("mail"));
        await host.Queue.Inspector.WaitAsync(id);

        using var answer = await client.PostAsJsonAsync($"api/default/tasks/{id}/{action}", new { });

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal(state, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Group_Changed_IsAnsweredAsItIs()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();

        var group = await PostAsync(client, "groups/team%2Fml", new { parallelism = 2, paused = true, pauseOnFailure = true });

        Assert.Equal("team/ml", group.GetProperty("name").GetString());
        Assert.Equal(2, group.GetProperty("parallelism").GetInt32());
        Assert.True(group.GetProperty("paused").GetBoolean());
        Assert.True(group.GetProperty("pauseOnFailure").GetBoolean());
        group = await PostAsync(client, "groups/team%2Fml", new { parallelism = 0, paused = false });
        Assert.False(group.TryGetProperty("parallelism", out _));
        Assert.True(group.GetProperty("pauseOnFailure").GetBoolean());
        await PostAsync(client, "groups/team%2Fml/remove", new { });
        Assert.Null(await host.Queue.Groups.GetAsync("team/ml"));
    }

    [Fact]
    public async Task Schedule_FromPreviewToRemoval()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        var preview = await PostAsync(client, "schedules/preview", new { cron = "30 2 * * MON-FRI", timeZone = "Europe/Berlin", count = 3 });
        Assert.Equal("at 02:30, Monday to Friday", preview.GetProperty("words").GetString());
        Assert.Equal(3, preview.GetProperty("next").GetArrayLength());

        await PostAsync(client, "schedules", new { name = "nightly", cron = "30 2 * * *", task = new { type = "mail", payload = 1 } });
        var paused = await PostAsync(client, "schedules/nightly/pause", new { reason = "holidays" });
        Assert.True(paused.GetProperty("paused").GetBoolean());
        Assert.Equal("holidays", paused.GetProperty("pausedReason").GetString());
        Assert.False((await PostAsync(client, "schedules/nightly/resume", new { })).GetProperty("paused").GetBoolean());
        var run = await PostAsync(client, "schedules/nightly/run", new { });
        var replaced = await PostAsync(client, "schedules", new { name = "nightly", cron = "@hourly", replace = true, task = new { type = "mail" } });
        Assert.Equal("every hour", replaced.GetProperty("words").GetString());
        Assert.Equal(run.GetProperty("id").GetInt64(), replaced.GetProperty("lastRuns")[0].GetProperty("id").GetInt64());
        Assert.Equal("1", replaced.GetProperty("task").GetProperty("payload").GetProperty("text").GetString());
        using var twice = await client.PostAsJsonAsync("api/default/schedules", new { name = "nightly", cron = "@daily", task = new { type = "mail" } });
        Assert.Equal(HttpStatusCode.BadRequest, twice.StatusCode);
        await PostAsync(client, "schedules/nightly/remove", new { });
        Assert.Empty(await host.Queue.Schedules.ListAsync());
    }

    [Fact]
    public async Task Budget_SetAndRemoved()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();

        var set = await PostAsync(client, "budgets", new
        {
            target = new { scope = "group", name = "ml" },
            rate = new { starts = 5, windowMs = 60_000 },
            cost = new { amount = 10, unit = "usd", period = "day", timeZone = "Europe/Berlin" },
            whenUsedUp = "fail",
        });

        var budget = set.GetProperty("budgets")[0];
        Assert.Equal("group ml", budget.GetProperty("target").GetProperty("text").GetString());
        Assert.Equal("fail", budget.GetProperty("policy").GetProperty("whenUsedUp").GetString());
        Assert.Equal(BudgetPeriod.Day, (await host.Queue.Budgets.ListAsync())[0].Policy.Cost!.Period);
        Assert.True((await PostAsync(client, "budgets/remove", new { scope = "group", name = "ml" })).GetProperty("removed").GetBoolean());
        Assert.Empty(await host.Queue.Budgets.ListAsync());
    }

    [Fact]
    public async Task Route_OfATaskThatIsNotThere_IsWhatTheRouterWouldChoose()
    {
        await using var host = await TestDashboard.StartAsync(configureQueue: queue => queue
            .AddHandler("mail", (_, _) => Task.CompletedTask)
            .AddHandler("other", (_, _) => Task.CompletedTask)
            .UseRouter(new RuleBasedRouter([new RoutingRule("mail") { Pattern = "letter", Reason = "a letter" }, new RoutingRule("other")])));
        using var client = host.CreateClient();

        var route = await PostAsync(client, "route", new { payloadText = "\"write a letter\"" });

        Assert.Equal(("mail", "a letter"), (route.GetProperty("type").GetString(), route.GetProperty("reason").GetString()));
        Assert.Equal("other", (await PostAsync(client, "route", new { payload = "rest" })).GetProperty("type").GetString());
        Assert.Equal(0, (await host.Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Route_WithoutARouter_SaysSo()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();

        using var answer = await client.PostAsJsonAsync("api/default/route", new { payload = "rest" });

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Pages_OfTasks_FollowTheCursor()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 25).Select(number => new NewTask("mail") { Label = $"{number % 5}" })]);
        foreach (var query in new[] { "", "&q=order+by+label", "&q=id%3E5+order+by+priority+desc" })
        {
            var found = new List<long>();
            string? cursor = null;
            do
            {
                var page = await client.GetFromJsonAsync<JsonElement>($"api/default/tasks?limit=10{query}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
                found.AddRange(page.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("id").GetInt64()));
                cursor = page.TryGetProperty("next", out var next) ? next.GetString() : null;
            }
            while (cursor is not null);

            Assert.Equal(Enumerable.Range(query.Contains("id", StringComparison.Ordinal) ? 6 : 1, query.Contains("id", StringComparison.Ordinal) ? 20 : 25).Select(id => (long)id), found.Order());
        }
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync($"api/default/{path}", body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
