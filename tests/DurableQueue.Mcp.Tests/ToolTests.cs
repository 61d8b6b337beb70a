using System.Text.Json;
using DurableQueue.Cli.Tests;
using Xunit;

namespace DurableQueue.Mcp.Tests;

/// <summary>Each tool once, over the standard streams of the built dq.</summary>
public sealed class ToolTests : IAsyncLifetime
{
    private readonly Sandbox box = new();
    private AgentSession agent = null!;

    public async Task InitializeAsync() => agent = await AgentSession.StartAsync(box);

    public async Task DisposeAsync()
    {
        await agent.DisposeAsync();
        await box.DisposeAsync();
    }

    [Fact]
    public void Tools_Listed_SayWhatTheyDoAndChange()
    {
        Assert.All(agent.Tools.Values, tool =>
        {
            Assert.Matches("^queue_[a-z_]+$", tool.Name);
            Assert.True(tool.Description?.Length > 60, tool.Name);
            Assert.True(tool.Title?.Length > 4, tool.Name);
            Assert.True(tool.Annotations is { ReadOnlyHint: not null, DestructiveHint: not null, IdempotentHint: not null, OpenWorldHint: not null }, tool.Name);
            Assert.True(tool.InputSchema.TryGetProperty("properties", out _), tool.Name);
            Assert.Equal("object", tool.OutputSchema!.Value.GetProperty("type").GetString());
        });
        Assert.Contains("queue_add", agent.Tools.Keys);
        Assert.DoesNotContain("queue_decide", agent.Tools.Keys);
    }

    [Fact]
    public async Task Add_NoWorker_SaysThatNothingRuns()
    {
        var added = await agent.CallAsync("queue_add", new { tasks = new object[] { new { command = "echo one", label = "first" }, new { arguments = new[] { "echo", "two words" }, group = "own" } } });

        Assert.Equal([1, 2], AgentSession.Ids(added));
        var reason = added.GetProperty("tasks")[0].GetProperty("reasons")[0];
        Assert.Equal("no-worker", reason.GetProperty("reason").GetString());
        Assert.Contains("dq worker --daemon", reason.GetProperty("advice").GetString(), StringComparison.Ordinal);
        Assert.Contains("The group own is new", added.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
        var task = await box.TaskAsync(2);
        Assert.Equal(("echo 'two words'", box.Folder), (task.GetProperty("command").GetString(), task.GetProperty("working_dir").GetString()));
    }

    [Fact]
    public async Task Groups_MoreThanFit_ComeInPages()
    {
        for (var n = 0; n < 30; n++)
        {
            await agent.CallAsync("queue_set_group", new { group = FormattableString.Invariant($"group-{n:00}"), limit = 1 });
        }

        var names = new List<string>();
        for (string? after = ""; after is not null;)
        {
            var page = await agent.CallAsync("queue_groups", new { after });
            Assert.InRange(page.GetRawText().Length, 1, 2_500);
            names.AddRange(page.GetProperty("groups").EnumerateArray().Select(group => group.GetProperty("name").GetString()!));
            after = page.TryGetProperty("next_after", out var next) ? next.GetString() : null;
        }

        Assert.Equal(["default", .. Enumerable.Range(0, 30).Select(n => FormattableString.Invariant($"group-{n:00}"))], names);
    }

    [Fact]
    public async Task Add_WorkerMayStart_StartsOne()
    {
        box.Variables["DQ_START_WORKER"] = "1";
        await using var own = await AgentSession.StartAsync(box);

        var added = await own.CallAsync("queue_add", new { tasks = new object[] { new { command = "echo ran" } } });

        Assert.Contains("A worker was started", added.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
        var waited = await own.CallAsync("queue_wait", new { ids = new[] { 1 } });
        Assert.Equal(("all_ended", 1), (waited.GetProperty("end").GetString(), waited.GetProperty("succeeded").GetInt32()));
        await own.EndAsync();
        Assert.Equal(1, (await agent.CallAsync("queue_groups")).GetProperty("live_workers").GetInt32());
        await using var without = await AgentSession.StartAsync(box, "--no-start-worker");
        await box.DoAsync("worker", "--stop");
        await without.RunAsync("true");
        Assert.Equal(0, (await without.CallAsync("queue_groups")).GetProperty("live_workers").GetInt32());
    }

    [Fact]
    public async Task Add_SameKey_NamesTheTaskThatExists()
    {
        var tasks = new object[] { new { command = "true", key = "k" } };
        await agent.CallAsync("queue_add", new { tasks });

        var one = await agent.CallAsync("queue_add", new { tasks });
        var many = await agent.CallAsync("queue_add", new { tasks = new object[] { new { command = "true" }, tasks[0] } });

        Assert.Equal([1], AgentSession.Ids(one));
        Assert.Equal([1], Existing(one));
        Assert.Equal([2, 1], AgentSession.Ids(many));
        Assert.Equal([1], Existing(many));

        static long[] Existing(JsonElement added) => [.. added.GetProperty("existing").EnumerateArray().Select(id => id.GetInt64())];
    }

    [Fact]
    public async Task Add_SameKeyTwiceInOneCall_NamesTheFirst()
    {
        var added = await agent.CallAsync("queue_add", new { tasks = new object[] { new { command = "true", key = "k" }, new { command = "false", key = "k" }, new { command = "true" } } });

        Assert.Equal([1, 1, 2], AgentSession.Ids(added));
        Assert.Equal([1], added.GetProperty("existing").EnumerateArray().Select(id => id.GetInt64()));
    }

    [Fact]
    public async Task AddGraph_Long_IsBoundedAndNamesTheQueryForTheRest()
    {
        var names = Enumerable.Range(0, 1_500).Select(n => FormattableString.Invariant($"node-{n}")).ToList();
        var graph = new { tasks = names.Select((name, n) => new { name, type = "t", after = n == 0 ? [] : new[] { names[n - 1] } }) };
        var checkedOnly = await agent.CallAsync("queue_add_graph", new { graph, dry_run = true });
        var added = await agent.CallAsync("queue_add_graph", new { graph, label_prefix = "long/" });
        var more = await agent.CallAsync("queue_add_graph", new { graph, label_prefix = "again/", max_characters = 100_000 });

        Assert.InRange(checkedOnly.GetRawText().Length, 500, 2_500);
        Assert.InRange(added.GetRawText().Length, 1_500, 2_500);
        Assert.Equal(1_500, added.GetProperty("total").GetInt32());
        var ids = added.GetProperty("ids").EnumerateObject().ToDictionary(item => item.Name, item => item.Value.GetInt64());
        Assert.Equal(Math.Min(ids.Count, added.GetProperty("order").GetArrayLength()), 1_500 - added.GetProperty("not_shown").GetInt32());
        var found = new List<string>();
        for (string? cursor = null, query = added.GetProperty("rest_query").GetString(); ;)
        {
            var page = await agent.CallAsync("queue_list", new { query, cursor, limit = 200, max_characters = 100_000 });
            found.AddRange(page.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("label").GetString()!));
            if (!page.TryGetProperty("next_cursor", out var next))
            {
                break;
            }

            cursor = next.GetString();
        }

        Assert.Equal(names.Select(name => $"long/{name}"), found);
        Assert.All(ids, pair => Assert.Equal(names.IndexOf(pair.Key) + 1, pair.Value));
        Assert.Equal(1_500, more.GetProperty("ids").EnumerateObject().Count());
        Assert.False(more.TryGetProperty("rest_query", out _));
    }

    [Fact]
    public async Task Wait_ForMoreThanAPageOfTasks_CoversAll()
    {
        for (var part = 0; part < 11; part++)
        {
            await agent.CallAsync("queue_add", new { tasks = Enumerable.Range(0, 1_000).Select(_ => new { type = "t", label = "many" }) });
        }

        var waited = await agent.CallAsync("queue_wait", new { label = "many", timeout_seconds = 0 });

        Assert.Equal((11_000, 11_000), (waited.GetProperty("total").GetInt32(), waited.GetProperty("unfinished").GetInt32()));
    }

    [Fact]
    public async Task Add_OneIsNotValid_AddsNone()
    {
        var said = await agent.FailAsync("queue_add", new { tasks = new object[] { new { command = "true" }, new { command = "true", after = new[] { 99 } } } });

        Assert.Contains("99", said, StringComparison.Ordinal);
        Assert.Empty((await agent.CallAsync("queue_list")).GetProperty("tasks").EnumerateArray());
    }

    [Fact]
    public async Task List_MoreThanFit_GoesOnAtTheCursor()
    {
        await agent.AddAsync([.. Enumerable.Range(0, 60).Select(index => (object)new { command = $"echo {index}", label = $"sweep-{index}" })]);
        var seen = new List<long>();
        string? cursor = null;
        do
        {
            var page = await agent.CallAsync("queue_list", new { query = "label~sweep order by priority desc", cursor });
            Assert.InRange(page.GetRawText().Length, 100, 2_300);
            seen.AddRange(page.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("id").GetInt64()));
            cursor = page.TryGetProperty("next_cursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        Assert.Equal(60, seen.Count);
        Assert.Equal(60, seen.Distinct().Count());
    }

    [Fact]
    public async Task Groups_SetPausedAndResumed_ShowIt()
    {
        Assert.Equal(3, (await agent.CallAsync("queue_set_group", new { group = "ml", limit = 3 })).GetProperty("limit").GetInt32());
        await agent.RunAsync("true", "ml");

        await agent.CallAsync("queue_pause", new { groups = new[] { "ml" } });

        Assert.Contains("group-paused", (await agent.CallAsync("queue_show", new { id = 1 })).GetRawText(), StringComparison.Ordinal);
        Assert.Single((await agent.CallAsync("queue_list", new { query = "status=group-paused" })).GetProperty("tasks").EnumerateArray());
        await agent.CallAsync("queue_resume", new { groups = new[] { "ml" } });
        var groups = await agent.CallAsync("queue_groups");
        Assert.Equal(0, groups.GetProperty("live_workers").GetInt32());
        Assert.False(groups.GetProperty("groups").EnumerateArray().Single(group => group.GetProperty("name").GetString() == "ml").GetProperty("paused").GetBoolean());
    }

    [Fact]
    public async Task Pause_QueuedTask_PutsItAsideUntilResume()
    {
        var id = await agent.RunAsync("true");

        Assert.Equal("put aside", Result(await agent.CallAsync("queue_pause", new { ids = new[] { id } })));
        Assert.Equal("queued", Result(await agent.CallAsync("queue_resume", new { ids = new[] { id } })));
        Assert.Contains("queue_show", await agent.FailAsync("queue_resume", new { ids = new[] { id } }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_SomeAreGone_DoesTheOthers()
    {
        var id = await agent.RunAsync("true");

        var stopped = await agent.CallAsync("queue_stop", new { ids = new[] { id, 99 } });

        Assert.Equal(1, stopped.GetProperty("failed").GetInt32());
        Assert.Equal("cancelled", Result(stopped));
        Assert.Contains("99", stopped.GetProperty("results")[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("already ended", await agent.FailAsync("queue_stop", new { ids = new[] { id } }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approvals_Pending_AreListedAndCannotBeDecided()
    {
        await agent.AddAsync(new { command = "deploy --now", requires_approval = true });

        var request = (await agent.CallAsync("queue_approvals")).GetProperty("requests")[0];

        Assert.Equal("deploy --now", request.GetProperty("command").GetString());
        var said = await agent.FailAsync("queue_decide", new { request_id = request.GetProperty("request_id").GetInt64(), approve = true });
        Assert.Contains("--allow-approve", said, StringComparison.Ordinal);
        Assert.Equal("pending", (await agent.CallAsync("queue_approvals")).GetProperty("requests")[0].GetProperty("status").GetString());
    }

    [Fact]
    public async Task Budgets_UsedUp_AreShown()
    {
        await box.DoAsync("budget", "set", "--group", "ml", "--rate", "1/1h");
        await agent.AddAsync(new { command = "true", group = "ml" }, new { command = "true", group = "ml" });
        await using var worker = await TaskRunner.StartAsync(box);
        await agent.CallAsync("queue_wait", new { ids = new[] { 1 } });

        var budget = (await agent.CallAsync("queue_budgets", new { used_up_only = true })).GetProperty("budgets")[0];

        Assert.Equal(("group ml", 1), (budget.GetProperty("budget").GetString(), budget.GetProperty("starts").GetProperty("used").GetInt32()));
        var reason = (await agent.CallAsync("queue_show", new { id = 2 })).GetProperty("task").GetProperty("reasons")[0];
        Assert.Equal("budget", reason.GetProperty("reason").GetString());
    }

    private static string? Result(JsonElement result) => result.GetProperty("results")[0].GetProperty("result").GetString();
}
