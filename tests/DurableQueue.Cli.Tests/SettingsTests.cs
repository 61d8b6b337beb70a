using System.Text.Json;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>The settings of the caller, of a project and of the environment: which value counts, whose files are obeyed, what <c>dq config</c> shows.</summary>
public sealed class SettingsTests : DqTest
{
    private readonly string folder;
    private readonly string projectFile;

    public SettingsTests()
    {
        folder = Directory.CreateDirectory(Path.Combine(Box.Folder, "project", ".dq")).FullName;
        projectFile = Path.Combine(folder, "config.toml");
        Box.Variables["DQ_QUEUE"] = Path.Combine(folder, "queue.db");
        Box.Variables["DOTNET_PROCESSOR_COUNT"] = "5";
    }

    [Fact]
    public async Task Config_WithoutFiles_ShowsTheDefaultsAndThePaths()
    {
        Box.Variables["DQ_START_WORKER"] = null;
        using var file = new SettingsFile(Box, "");
        File.Delete(file.Path);

        var json = await JsonAsync("config", "config", "--json");
        var text = (await Box.DoAsync("config")).Out;

        Assert.All(json.GetProperty("settings").EnumerateArray(), setting => Assert.Equal(("default", 0), (setting.GetProperty("from").GetString(), setting.GetProperty("sources").GetArrayLength())));
        Assert.Equal(5, Setting(json, "default_parallel").GetProperty("value").GetInt32());
        Assert.Equal([projectFile, file.Path], json.GetProperty("files").EnumerateArray().Select(each => each.GetProperty("path").GetString()));
        Assert.Matches("default_parallel +5 +default\n", text);
        Assert.Contains($"{file.Path}  does not exist\n", text, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "queue.db")));
    }

    [Fact]
    public async Task Value_OfSeveralSources_IsThatOfTheFirst()
    {
        using var file = new SettingsFile(Box, "");
        foreach (var (from, source, value) in new[] { ("user", file.Path, 2), ("project", projectFile, 3), ("environment", "DQ_DEFAULT_PARALLEL", 4) })
        {
            switch (from)
            {
                case "user":
                    file.Write("default_parallel = 2");
                    break;
                case "project":
                    await File.WriteAllTextAsync(projectFile, "default_parallel = 3");
                    break;
                default:
                    Box.Variables[source] = "4";
                    break;
            }

            var shown = Setting(await JsonAsync("config", "config", "--json"), "default_parallel");
            await Box.DoAsync("add", "-g", from, "true");

            Assert.Equal((value, from, source), (shown.GetProperty("value").GetInt32(), shown.GetProperty("from").GetString(), shown.GetProperty("sources")[0].GetString()));
            Assert.Equal(value, await LimitAsync(from));
            Assert.Matches($"(?m)^default_parallel +{value} ", (await Box.DoAsync("config")).Out);
        }
    }

    [Fact]
    public async Task Lists_OfSeveralFiles_AddUp()
    {
        using var file = new SettingsFile(Box, "monitor_patterns = [\"^sleep 0.02\"]");
        await File.WriteAllTextAsync(projectFile, "monitor_patterns = [\"^sleep 0.01\"]");

        var shown = Setting(await JsonAsync("config", "config", "--json"), "monitor_patterns");
        await Box.StartWorkerAsync();

        Assert.Equal("[\"^sleep 0.01\",\"^sleep 0.02\"]", shown.GetProperty("value").GetRawText());
        Assert.Equal([projectFile, file.Path], shown.GetProperty("sources").EnumerateArray().Select(each => each.GetString()));
        Assert.Equal((123, 123, 0), (
            (await Box.RunAsync("run", "sleep 0.01")).ExitCode, (await Box.RunAsync("run", "sleep 0.02")).ExitCode, (await Box.RunAsync("run", "sleep 0.03")).ExitCode));
    }

    [Fact]
    public async Task ProjectFile_CountsOnlyForTheQueuesInItsFolder()
    {
        await File.WriteAllTextAsync(projectFile, "default_parallel = 3");
        var elsewhere = Path.Combine(Box.Folder, "project", "queue.db");

        await Box.DoAsync("--queue", elsewhere, "add", "-g", "g", "true");
        await Box.DoAsync("--queue", Path.Combine(folder, "other.db"), "add", "-g", "g", "true");

        Assert.Equal((5, 3), (await LimitAsync("g", elsewhere), await LimitAsync("g", Path.Combine(folder, "other.db"))));
        Box.Variables["DQ_QUEUE"] = null;
        Assert.Equal("project", Setting((await Box.ShellAsync("touch project/.dq/queue.db; mkdir project/src; cd project/src; dq config --json")).Json, "default_parallel").GetProperty("from").GetString());
    }

    /// <summary>Root can give anything away; others can only link to what is not theirs.</summary>
    public static TheoryData<string> ForeignThings => Environment.UserName == "root" ? ["config.toml", ""] : ["config.toml"];

    [Theory]
    [MemberData(nameof(ForeignThings))]
    public async Task ProjectFile_ThatOrWhoseFolderIsAnothers_IsNotObeyedAndANoteSaysSo(string foreign)
    {
        await File.WriteAllTextAsync(projectFile, "default_parallel = 3");
        Box.Variables["DQ_SAFE_QUEUES"] = folder;
        await GiveAwayAsync(Path.Combine(folder, foreign));

        var added = await Box.DoAsync("add", "-g", "g", "true");
        var json = await JsonAsync("config", "config", "--json");

        Assert.Contains($"{projectFile} is not obeyed: {Path.Combine(folder, foreign).TrimEnd('/')} belongs to the user", added.Err, StringComparison.Ordinal);
        Assert.Equal(5, await LimitAsync("g"));
        Assert.Equal("default", Setting(json, "default_parallel").GetProperty("from").GetString());
        Assert.Contains("belongs to the user", json.GetProperty("files")[0].GetProperty("not_obeyed").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mkfifo", "it is not a regular file.")]
    [InlineData("mkdir", "it is not a regular file.")]
    [InlineData("truncate -s 1048577", "it has more than 1048576 bytes.")]
    public async Task ProjectFile_ThatIsNoFileOfSettings_IsAMistakeAndNobodyWaitsForIt(string make, string expected)
    {
        await Box.DoAsync("status");
        Assert.Equal(0, (await Box.ShellAsync($"{make} {projectFile}")).ExitCode);

        foreach (var command in new[] { "add true", "config" })
        {
            var result = await Box.RunAsync(command.Split(' '));
            Assert.Equal(1, result.ExitCode);
            Assert.Contains($"{projectFile}: {expected}", result.Err, StringComparison.Ordinal);
        }

        await Box.DoAsync("status");
    }

    [Fact]
    public async Task ProjectFile_SafeQueues_AreRefused()
    {
        await File.WriteAllTextAsync(projectFile, "safe_queues = [\"/\"]");

        var result = await Box.RunAsync("add", "true");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{projectFile}: a project's file can't set 'safe_queues' to this value; only your own settings and DQ_SAFE_QUEUES can.", result.Err, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("default_paralel = 1", "'default_paralel' is not a setting; did you mean 'default_parallel'?")]
    [InlineData("colour = 1", "'colour' is not a setting; the settings are auto_background, ")]
    [InlineData("auto_background = \"true\"", "'auto_background' must be true or false.")]
    [InlineData("auto_background = 1", "'auto_background' must be true or false.")]
    [InlineData("monitor_patterns = [\"a(\"]", "'monitor_patterns' must be a list of regular expressions: monitor_patterns = [\"^npm run dev\"]. Invalid pattern 'a('")]
    [InlineData("auto_background = ", "(1,")]
    public async Task Mistake_IsNamedWithItsFileAndWhatIsExpected_AndNothingIsAdded(string text, string expected)
    {
        await Box.DoAsync("status");
        await File.WriteAllTextAsync(projectFile, text);

        foreach (var command in new[] { "add true", "run true", "worker", "worker --daemon", "config", "config --json" })
        {
            var result = await Box.RunAsync(command.Split(' '));

            Assert.True(result.ExitCode == (command == "run true" ? 125 : 1), $"{command}: {result}");
            Assert.Contains($"dq: {projectFile}: ", result.Err, StringComparison.Ordinal);
            Assert.Contains(expected, result.Err, StringComparison.Ordinal);
        }

        Assert.Equal(1, (await JsonOfFailureAsync()).GetProperty("problems").GetArrayLength());
        Assert.Equal(0, (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").GetArrayLength());

        async Task<JsonElement> JsonOfFailureAsync() => JsonSchemas.Check("config", await Box.RunAsync("config", "--json"));
    }

    [Fact]
    public async Task Mistakes_AllAreNamedAtOnce_AndOthersStillShown()
    {
        using var file = new SettingsFile(Box, "default_parallel = -1\nauto_background = 3\nmonitor_patterns = [\"x\"]");
        Box.Variables["DQ_AUTO_BACKGROUND"] = "perhaps";

        var result = await Box.RunAsync("add", "true");
        var config = await Box.RunAsync("config");

        Assert.Equal(3, result.Err.Split("must be").Length - 1);
        Assert.Contains("DQ_AUTO_BACKGROUND: 'auto_background' must be true or false.", result.Err, StringComparison.Ordinal);
        Assert.Matches("default_parallel +not valid", config.Out);
        Assert.Matches("monitor_patterns +\\[\"x\"\\] ", config.Out);
    }

    [Fact]
    public async Task Manual_HasALineForEachKey()
    {
        var page = await File.ReadAllTextAsync(RepositoryRoot.File("docs", "cli-settings.md"));
        var keys = (await JsonAsync("config", "config", "--json")).GetProperty("settings").EnumerateArray().Select(setting => setting.GetProperty("key").GetString()).ToList();

        Assert.All(keys, key => Assert.Contains($"\n| `{key}` |", page, StringComparison.Ordinal));
        Assert.Equal(keys.Count, page[page.IndexOf("## Keys", StringComparison.Ordinal)..].Split('\n').Count(line => line.StartsWith("| `", StringComparison.Ordinal)));
    }

    private static JsonElement Setting(JsonElement config, string key) =>
        config.GetProperty("settings").EnumerateArray().Single(setting => setting.GetProperty("key").GetString() == key);

    private async Task<int> LimitAsync(string group, string? queue = null)
    {
        var groups = await Box.DoAsync(["group", "list", "--json", .. queue is null ? [] : new[] { "--queue", queue }]);
        return groups.Json.GetProperty("groups").EnumerateArray().Single(each => each.GetProperty("name").GetString() == group).GetProperty("limit").GetInt32();
    }

    private async Task GiveAwayAsync(string path)
    {
        if (Environment.UserName == "root")
        {
            Assert.Equal(0, (await Box.RunProgramAsync("chown", ["65534", path])).ExitCode);
            return;
        }

        File.Delete(path);
        File.CreateSymbolicLink(path, "/etc/passwd");
    }
}
