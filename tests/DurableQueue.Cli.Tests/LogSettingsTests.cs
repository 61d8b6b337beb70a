using System.Text.Json;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>The settings for logs: where they are, and which of them a worker keeps.</summary>
public sealed class LogSettingsTests : DqTest
{
    [Fact]
    public async Task LogDirectory_HasAFolderForEachQueue_ThatEveryCommandFinds()
    {
        var logs = Path.Combine(Box.Folder, "logs");
        using var file = new SettingsFile(Box, $"log_directory = \"{logs}\"");
        Directory.CreateDirectory(Path.Combine(Box.Folder, "b"));
        var folders = new List<string>();
        foreach (var queue in new[] { Box.QueuePath, Path.Combine(Box.Folder, "b", "queue.db") })
        {
            Box.Variables["DQ_QUEUE"] = queue;
            await Box.StartWorkerAsync();
            await Box.DoAsync("run", $"echo of {queue}");
            folders.Add((await JsonAsync("doctor", "doctor")).GetProperty("log_directory").GetString()!);

            Assert.Equal($"of {queue}\n", (await Box.DoAsync("log", "1")).Out);
            Assert.Equal(Path.Combine(folders[^1], "1.1.log"), (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks")[0].GetProperty("log").GetString());
            Assert.False(Directory.Exists($"{queue}.logs"));
        }

        Assert.All(folders, folder => Assert.Matches($@"^{logs}/queue\.db-[0-9a-f]{{8}}\.logs$", folder));
        Assert.NotEqual(folders[0], folders[1]);
        await Box.DoAsync("clean");
        Assert.Empty(Directory.GetFiles(folders[1]));
        Assert.NotEmpty(Directory.GetFiles(folders[0]));
    }

    [Fact]
    public async Task LogDirectory_OfAProject_IsInsideIt()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Box.Folder, "project", ".dq")).FullName;
        var settings = Path.Combine(folder, "config.toml");
        Box.Variables["DQ_QUEUE"] = Path.Combine(folder, "queue.db");
        await File.WriteAllTextAsync(settings, "log_directory = \"logs\"");

        var directory = (await JsonAsync("doctor", "doctor")).GetProperty("log_directory").GetString()!;
        Assert.StartsWith(Path.Combine(folder, "logs") + "/", directory, StringComparison.Ordinal);
        Directory.CreateSymbolicLink(Path.Combine(folder, "away"), Box.Folder);
        foreach (var text in new[] { "../..", Box.Folder, "away", "~/x" })
        {
            await File.WriteAllTextAsync(settings, $"log_directory = \"{text}\"");
            var result = await Box.RunAsync("add", "true");

            Assert.Equal(1, result.ExitCode);
            Assert.Contains($"{settings}: 'log_directory' must be a directory, or \"none\" for beside the queue. A project's file can only name", result.Err, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task LogDirectory_SettingsThatAreBroken_LeaveQueueAndTasksInReach()
    {
        var id = await Box.AddAsync("true");
        using var file = new SettingsFile(Box, "log_directory = ");

        await Box.DoAsync("status", "--json");
        await Box.DoAsync("kill", $"{id}");
    }

    [Theory]
    [InlineData("log_keep_last = 1")]
    [InlineData("log_keep_for = \"1ms\"")]
    [InlineData("log_keep_for = \"1h\"\nlog_keep_last = 100")]
    public async Task Retention_IsAppliedByTheWorker_NeverToUnfinishedTasks(string settings)
    {
        var worker = await Box.StartWorkerAsync();
        await Box.DoAsync("group", "limit", "default", "0");
        var (begun, end) = (Path.Combine(Box.Folder, "begun"), Path.Combine(Box.Folder, "end"));
        var running = await Box.AddAsync($"touch {begun}; while ! test -e {end}; do sleep 0.05; done");
        await Sandbox.UntilAsync(() => File.Exists(begun), "the first task runs");
        foreach (var text in new[] { "one", "two", "three" })
        {
            await Box.DoAsync("run", $"echo {text}");
        }

        worker.Kill();
        await worker.WaitForExitAsync();
        using var file = new SettingsFile(Box, settings);
        await Box.StartWorkerAsync();

        long[] kept = settings switch
        {
            "log_keep_last = 1" => [running, running + 3],
            "log_keep_for = \"1ms\"" => [running],
            _ => [running, running + 1, running + 2, running + 3],
        };
        await Sandbox.UntilAsync(() => Logs().SequenceEqual(kept), $"only the logs of {string.Join(", ", kept)} are left");
        Assert.Equal(4, (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").GetArrayLength());
        await File.WriteAllTextAsync(end, "");
        await Box.DoAsync("wait", $"{running}");

        IEnumerable<long> Logs() => Directory.GetFiles($"{Box.QueuePath}.logs", "*.log").Select(path => long.Parse(Path.GetFileName(path).Split('.')[0], System.Globalization.CultureInfo.InvariantCulture)).Order();
    }

    [Theory]
    [InlineData("log_keep_for = \"30\"", "'log_keep_for' must be a time with its unit, such as \"30d\", or \"none\".")]
    [InlineData("log_keep_for = 30", "'log_keep_for' must be ")]
    [InlineData("log_keep_last = -1", "'log_keep_last' must be a whole number of tasks, or \"none\".")]
    [InlineData("log_directory = 1", "'log_directory' must be a directory, or \"none\" for beside the queue.")]
    [InlineData("log_directory = \"$HOME/logs\"", "log_directory is '$HOME/logs': only '~/' is expanded here.")]
    public async Task Mistake_IsNamed(string text, string expected)
    {
        using var file = new SettingsFile(Box, text);

        var result = await Box.RunAsync("add", "true");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(file.Path, result.Err, StringComparison.Ordinal);
        Assert.Contains(expected, result.Err, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, JsonSchemas.Check("config", await Box.RunAsync("config", "--json")).GetProperty("settings").EnumerateArray()
            .Single(setting => text.StartsWith(setting.GetProperty("key").GetString()!, StringComparison.Ordinal)).GetProperty("value").ValueKind);
    }
}
