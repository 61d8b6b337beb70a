using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>How many tasks of a group run at once that dq has created: <c>default_parallel</c>, by default the number of processors.</summary>
public sealed class DefaultParallelTests : DqTest
{
    [Theory]
    [InlineData(null, 5)]
    [InlineData("default_parallel = 3", 3)]
    [InlineData("default_parallel = 0", 0)]
    public async Task NewFile_Default_HasTheLimitOfTheSettings(string? settings, int limit)
    {
        Box.Variables["DOTNET_PROCESSOR_COUNT"] = "5";
        using var file = new SettingsFile(Box, settings ?? "");

        await Box.DoAsync("status");

        Assert.Equal(limit, await LimitAsync("default"));
    }

    [Fact]
    public async Task NewGroups_HoweverDqCreatesThem_HaveTheLimitAndANoteSaysSo()
    {
        using var file = new SettingsFile(Box, "default_parallel = 3");
        var graph = await Box.WriteAsync("graph.yaml", "tasks: { a: { cmd: 'true', group: by-dag } }");

        var added = await Box.DoAsync("add", "-g", "by-add", "true");
        await Box.DoAsync("edit", await IdAsync(), "-g", "by-edit");
        var submitted = await Box.DoAsync("dag", "submit", graph);
        var exported = (await Box.DoAsync("export")).Out.Replace("by-dag", "by-import", StringComparison.Ordinal);
        var imported = await Box.RunProgramAsync(Sandbox.Dq, ["import", "-"], exported);
        await Box.StartWorkerAsync();
        var ran = await Box.DoAsync("run", "-g", "by-run", "true");
        var scheduled = await Box.DoAsync("schedule", "add", "s", "@every 1h", "-g", "by-schedule", "true");
        await Box.DoAsync("schedule", "run", "s");

        foreach (var (result, group) in new[] { (added, "by-add"), (submitted, "by-dag"), (imported, "by-import"), (ran, "by-run") })
        {
            Assert.Equal(3, await LimitAsync(group));
            Assert.Contains($"The group {group} is new: 3 of its tasks run at once ('dq group limit {group} N' changes that).\n", result.Err, StringComparison.Ordinal);
        }

        Assert.Equal((3, 3), (await LimitAsync("by-edit"), await LimitAsync("by-schedule")));
        Assert.Contains("The group by-schedule does not exist yet; a task creates it: 3 of its tasks run at once", scheduled.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("is new", (await Box.DoAsync("add", "-g", "by-add", "true")).Err, StringComparison.Ordinal);

        // It is as if nobody had set them up.
        await Box.DoAsync("remove", await IdAsync());
        Assert.Contains("by-edit", (await Box.DoAsync("clean", "--remove-empty-groups")).Out, StringComparison.Ordinal);

        async Task<string> IdAsync() => $"{(await Box.DoAsync("status", "--json", "group in (by-add, by-edit) limit 1")).Json.GetProperty("tasks")[0].GetProperty("id").GetInt64()}";
    }

    [Fact]
    public async Task GroupsThatExist_AreNeverChanged()
    {
        await using (var queue = await Box.OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask("mail") { Group = "library" });
        }

        using var file = new SettingsFile(Box, "default_parallel = 3");
        await Box.DoAsync("group", "add", "by-hand");
        await Box.DoAsync("group", "add", "narrow", "--limit", "1");
        foreach (var group in new[] { "default", "library", "by-hand", "narrow" })
        {
            await Box.DoAsync("add", "-g", group, "true");
        }

        Assert.Equal((0, 0, 0, 1), (await LimitAsync("default"), await LimitAsync("library"), await LimitAsync("by-hand"), await LimitAsync("narrow")));
    }

    [Fact]
    public async Task Dag_NewGroupThatIsTooNarrow_IsNamedOrWidened()
    {
        using var file = new SettingsFile(Box, "default_parallel = 1");
        var graph = await Box.WriteAsync("graph.yaml", "tasks: { a: { cmd: 'true', group: w }, b: { cmd: 'true', group: w }, c: { cmd: 'true', group: w } }");

        var warning = Assert.Single((await JsonAsync("dag", "dag", "submit", "--dry-run", graph)).GetProperty("warnings").EnumerateArray());
        Assert.Equal("group 'w' runs at most 1 tasks at once, but the graph could run 3", warning.GetProperty("message").GetString());
        Assert.Equal("dq group add w --limit 3", warning.GetProperty("command").GetString());
        Assert.Empty((await JsonAsync("dag", "dag", "submit", "--auto-parallel", graph)).GetProperty("warnings").EnumerateArray());

        Assert.Equal(3, await LimitAsync("w"));
    }

    [Theory]
    [InlineData("default_parallel = -1")]
    [InlineData("default_parallel = 2.5")]
    [InlineData("default_parallel = \"all\"")]
    public async Task WrongValue_IsRefused(string settings)
    {
        using var file = new SettingsFile(Box, settings);

        var result = await Box.RunAsync("add", "true");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("'default_parallel' must be a whole number", result.Err, StringComparison.Ordinal);
        Assert.False(File.Exists(Box.QueuePath));

        await using (await Box.OpenAsync())
        {
        }

        Assert.Equal(1, (await Box.RunAsync("add", "true")).ExitCode);
        await Box.DoAsync("status");
    }

    private async Task<int> LimitAsync(string group) => (await Box.DoAsync("group", "list", "--json")).Json.GetProperty("groups").EnumerateArray()
        .Single(each => each.GetProperty("name").GetString() == group).GetProperty("limit").GetInt32();
}
