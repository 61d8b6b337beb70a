using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>The limit of a group that is asked for: by <c>--parallel</c>, by <c>group add</c> and by the setting <c>groups</c>. None changes a group that exists.</summary>
public sealed class GroupLimitTests : DqTest
{
    [Fact]
    public async Task Parallel_NewGroup_IsCreatedWithIt_AndTheSameLimitIsFine()
    {
        var first = await Box.DoAsync("add", "-g", "ml", "--parallel", "2", "true");
        var second = await Box.DoAsync("add", "-g", "ml", "--parallel", "2", "true");

        Assert.Contains("The group ml is new: 2 of its tasks run at once", first.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("is new", second.Err, StringComparison.Ordinal);
        Assert.Equal(2, await LimitAsync("ml"));
        await Box.DoAsync("add", "-g", "free", "--parallel", "0", "true");
        Assert.Equal(0, await LimitAsync("free"));
    }

    [Fact]
    public async Task Parallel_GroupWithAnotherLimit_AddsNothingAndGivesTheLine()
    {
        await Box.DoAsync("group", "add", "ml", "--limit", "2");
        var graph = await Box.WriteAsync("graph.yaml", "tasks: { a: { cmd: 'true' } }");

        foreach (var command in new[] { "add -g ml --parallel 4 true", "run -g ml --parallel 4 true", $"dag submit --default-group ml --parallel 4 {graph}", "add --dry-run -g ml --parallel 4 true" })
        {
            var result = await Box.RunAsync(command.Split(' '));

            Assert.True(result.ExitCode == (command.StartsWith("run", StringComparison.Ordinal) ? 125 : 2), $"{command}\n{result}");
            Assert.Contains("The group ml exists and has the limit 2; nothing was added. To change it: dq group limit ml 4\n", result.Err, StringComparison.Ordinal);
        }

        Assert.Equal(0, (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").GetArrayLength());
        Assert.Equal(2, await LimitAsync("ml"));
    }

    [Fact]
    public async Task Parallel_DifferentLimitsAtOnce_OneCreatesTheGroupAndTheOthersAddNothing()
    {
        for (var round = 0; round < 5; round++)
        {
            var group = $"race{round}";
            var results = await Task.WhenAll(Enumerable.Range(1, 4).Select(async limit => (limit, result: await Box.RunAsync("add", "-g", group, "--parallel", $"{limit}", "true"))));

            var (limit, _) = Assert.Single(results, each => each.result.ExitCode == 0);
            Assert.Equal(limit, await LimitAsync(group));
            Assert.All(results.Where(each => each.limit != limit), each =>
            {
                Assert.True(each.result.ExitCode == 2, $"{each.result}");
                Assert.Contains($"The group {group} exists and has the limit {limit}; nothing was added. To change it: dq group limit {group} {each.limit}\n", each.result.Err, StringComparison.Ordinal);
            });
            Assert.Equal(1, (await Box.DoAsync("status", "--json", "-g", group)).Json.GetProperty("tasks").GetArrayLength());
        }
    }

    [Fact]
    public async Task Parallel_RemovedGroup_IsCreatedAnewWithIt()
    {
        await Box.DoAsync("group", "add", "ml", "--limit", "7");
        await Box.DoAsync("group", "remove", "ml");

        await Box.DoAsync("add", "-g", "ml", "--parallel", "2", "true");

        Assert.Equal(2, await LimitAsync("ml"));
    }

    [Fact]
    public async Task Parallel_DryRunOrMistake_CreatesNothing()
    {
        var cycle = await Box.WriteAsync("cycle.yaml", "tasks: { a: { cmd: 'true', after: [b] }, b: { cmd: 'true', after: [a] } }");
        var graph = await Box.WriteAsync("graph.yaml", "tasks: { a: { cmd: 'true' } }");

        Assert.Contains("The group ml does not exist yet; a task creates it: 3 of its tasks run at once", (await Box.DoAsync("add", "--dry-run", "-g", "ml", "--parallel", "3", "true")).Err, StringComparison.Ordinal);
        await Box.DoAsync("dag", "submit", "--dry-run", "--default-group", "ml", "--parallel", "3", graph);
        Assert.Equal(1, (await Box.RunAsync("dag", "submit", "--default-group", "ml", "--parallel", "3", cycle)).ExitCode);
        Assert.Equal(1, (await Box.RunAsync("add", "-g", "ml", "--parallel", "-1", "true")).ExitCode);

        Assert.DoesNotContain("ml", (await Box.DoAsync("group")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dag_Parallel_LimitsTheIsolatedGroupOrTheGroupOfTasksThatNameNone()
    {
        var graph = await Box.WriteAsync("graph.yaml", "tasks: { a: { cmd: 'true' }, b: { cmd: 'true' }, c: { cmd: 'true' } }");

        await Box.DoAsync("dag", "submit", graph, "--isolated-group", "sweep", "--parallel", "2");
        var report = await JsonAsync("dag", "dag", "submit", "--default-group", "ml", "--parallel", "1", graph);

        Assert.Equal((2, 1), (await LimitAsync("sweep"), await LimitAsync("ml")));
        Assert.Equal("ml", report.GetProperty("new_groups")[0].GetString());
        Assert.Equal(1, (await Box.RunAsync("dag", "submit", graph, "--auto-parallel", "--parallel", "1")).ExitCode);
        Assert.Equal(1, (await Box.RunAsync("dag", "submit", graph, "--isolated-group", "x", "--default-group", "ml")).ExitCode);
    }

    [Fact]
    public async Task GroupAddIfMissingAndLimitCreate_CanBeRepeated()
    {
        Assert.Equal("added", await ResultAsync("group", "add", "ml", "--limit", "2", "--if-missing"));
        Assert.Equal("exists", await ResultAsync("group", "add", "ml", "--limit", "2", "--if-missing"));
        Assert.Equal("exists", await ResultAsync("group", "add", "ml", "--if-missing"));
        var other = await Box.RunAsync("group", "add", "ml", "--limit", "3", "--if-missing");

        Assert.Equal(2, other.ExitCode);
        Assert.Contains("dq group limit ml 3", other.Err, StringComparison.Ordinal);
        Assert.Equal(2, await LimitAsync("ml"));
        Assert.Equal(2, (await Box.RunAsync("group", "limit", "new", "5")).ExitCode);
        await Box.DoAsync("group", "limit", "new", "5", "--create");
        await Box.DoAsync("group", "limit", "new", "6", "--create");
        Assert.Equal(6, await LimitAsync("new"));

        async Task<string> ResultAsync(params string[] arguments) =>
            (await JsonAsync("actions", [.. arguments, "--json"])).GetProperty("results")[0].GetProperty("result").GetString()!;
    }

    [Fact]
    public async Task GroupsSetting_HoldsForWhatDqCreates_AndAnotherLimitIsNamed()
    {
        await Box.DoAsync("group", "add", "old", "--limit", "9");
        using var file = new SettingsFile(Box, "default_parallel = 5\n[groups]\nml = 2\n\"web/build\" = 0\nold = 4\ndefault = 1\nby-hand = 3\nby-schedule = 6\nw = 1\n");
        var graph = await Box.WriteAsync("graph.yaml", "tasks: { a: { cmd: 'true', group: w }, b: { cmd: 'true', group: w } }");

        foreach (var group in new[] { "ml", "web/build", "old", "other" })
        {
            await Box.DoAsync("add", "-g", group, "true");
        }

        await Box.DoAsync("group", "add", "by-hand");
        var report = await JsonAsync("dag", "dag", "submit", graph);
        Assert.Equal((2, 0, 9, 5, 3, 1), (await LimitAsync("ml"), await LimitAsync("web/build"), await LimitAsync("old"), await LimitAsync("other"), await LimitAsync("by-hand"), await LimitAsync("w")));
        Assert.Equal("group 'w' runs at most 1 tasks at once, but the graph could run 2", report.GetProperty("warnings")[0].GetProperty("message").GetString());

        // The group of a schedule's tasks is created by the worker.
        await Box.DoAsync("schedule", "add", "s", "@every 1s", "-g", "by-schedule", "true");
        await Box.StartWorkerAsync();
        await Sandbox.UntilAsync(async () => (await Box.DoAsync("group")).Out.Contains("by-schedule", StringComparison.Ordinal), "the schedule fires");
        Assert.Equal(6, await LimitAsync("by-schedule"));

        const string expected = "The group old has the limit 9, and the limit 4 in the settings. 'dq group limit old 4' sets it.";
        var problems = (await JsonAsync("config", "config", "--json")).GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()).ToList();
        Assert.Contains(expected, problems);
        Assert.DoesNotContain(problems, problem => problem!.Contains("group ml", StringComparison.Ordinal));
        Assert.Contains($"dq: {expected}\n", (await Box.DoAsync("config")).Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GroupsSetting_OfSeveralFiles_CountsByGroup()
    {
        using var file = new SettingsFile(Box, "groups = { ml = 2, web = 3 }");
        var queue = Path.Combine(Directory.CreateDirectory(Path.Combine(Box.Folder, ".dq")).FullName, "queue.db");
        await Box.WriteAsync(".dq/config.toml", "groups = { ml = 1 }");

        var config = await JsonAsync("config", "config", "--json", "--queue", queue);

        var groups = config.GetProperty("settings").EnumerateArray().Single(setting => setting.GetProperty("key").GetString() == "groups");
        Assert.Equal("{\"ml\":1,\"web\":3}", groups.GetProperty("value").GetRawText());
        Assert.Contains("{ ml = 1, web = 3 }", (await Box.DoAsync("config", "--queue", queue)).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("groups = 3")]
    [InlineData("groups = { ml = -1 }")]
    [InlineData("groups = { ml = \"2\" }")]
    [InlineData("groups = { \"no blanks\" = 1 }")]
    public async Task GroupsSetting_Mistake_IsNamed(string text)
    {
        using var file = new SettingsFile(Box, text);

        var result = await Box.RunAsync("add", "true");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{file.Path}: 'groups' must be a table of groups and their limits: groups = {{ ml = 2, \"web/build\" = 0 }}.", result.Err, StringComparison.Ordinal);
    }

    private async Task<int> LimitAsync(string group) => (await Box.DoAsync("group", "list", "--json")).Json.GetProperty("groups").EnumerateArray()
        .Single(each => each.GetProperty("name").GetString() == group).GetProperty("limit").GetInt32();
}
