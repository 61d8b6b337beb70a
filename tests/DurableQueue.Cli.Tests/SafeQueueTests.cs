using System.Diagnostics;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Whoever can write to a queue decides what its worker runs: another user's queue is not found by accident, and no worker runs it unasked.</summary>
public sealed class SafeQueueTests : DqTest
{
    private const string Nobody = "65534";

    private readonly string project;
    private readonly string near;

    public SafeQueueTests()
    {
        project = Directory.CreateDirectory(Path.Combine(Box.Folder, "project")).FullName;
        near = Path.Combine(project, ".dq", "queue.db");
        Box.Variables["XDG_CONFIG_HOME"] = Path.Combine(Box.Folder, "config");
        Box.Variables["XDG_DATA_HOME"] = Path.Combine(Box.Folder, "data");
    }

    /// <summary>Root can give anything away; others can only link to what is not theirs.</summary>
    public static TheoryData<string> ForeignThings => Environment.UserName == "root"
        ? [".dq", ".dq/queue.db", ".dq/queue.db-wal", ".dq/queue.db-gate", ".dq/queue.db.logs", ".dq/queue.db.worker.lock", ".dq/config.toml"]
        : [".dq/queue.db-wal-index", ".dq/queue.db.worker.lock", ".dq/config.toml"];

    [Theory]
    [MemberData(nameof(ForeignThings))]
    public async Task Search_SomethingOfAnotherUser_IsSkippedWithANote(string thing)
    {
        var above = Path.Combine(Box.Folder, ".dq", "queue.db");
        await Box.DoAsync("--queue", above, "status");
        await Box.DoAsync("--queue", near, "status");
        await GiveAwayAsync(Path.Combine(project, thing));
        Box.Variables["DQ_QUEUE"] = null;

        var doctor = await Box.ShellAsync("cd project && dq doctor");
        var added = await Box.ShellAsync("cd project && dq add true");

        Assert.Equal(above, doctor.Json.GetProperty("queue").GetString());
        Assert.Equal(0, added.ExitCode);
        Assert.Contains($"{near} is skipped", added.Err, StringComparison.Ordinal);
        Assert.Contains(thing, added.Err, StringComparison.Ordinal);
        Assert.Equal(1, (await Box.DoAsync("--queue", above, "status", "--json")).Json.GetProperty("tasks").GetArrayLength());
    }

    [Theory]
    [InlineData("variable")]
    [InlineData("project in variable")]
    [InlineData("settings")]
    public async Task Search_DirectoryIsTrusted_IsFound(string where)
    {
        await Box.DoAsync("--queue", near, "status");
        await GiveAwayAsync(Path.Combine(project, ".dq", "config.toml"));
        await TrustAsync(where == "project in variable" ? project : Path.GetDirectoryName(near)!, inSettings: where == "settings");
        Box.Variables["DQ_QUEUE"] = null;

        var result = await Box.ShellAsync("cd project && dq doctor");

        // The directory is trusted with what its tasks run, and not with what they are by default.
        Assert.Equal(near, result.Json.GetProperty("queue").GetString());
        Assert.Contains("config.toml is not obeyed", Assert.Single(result.Err.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NamedQueue_OfAnotherUser_IsReadAndAddedToButNotRun()
    {
        await Box.DoAsync("status");
        await GiveAwayAsync(OneOf(Box.QueuePath));

        await Box.DoAsync("add", $"touch {Path.Combine(Box.Folder, "ran")}");
        await Box.DoAsync("status");
        foreach (var command in new[] { "worker", "worker --daemon", "doctor --start" })
        {
            var result = await Box.RunAsync(command.Split(' '));

            Assert.True(result.ExitCode == 4, $"dq {command}\n{result}");
            Assert.Contains("DQ_SAFE_QUEUES", result.Err, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(Path.Combine(Box.Folder, "ran")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Worker_QueueOfAnotherUserThatIsTrusted_RunsIt(bool inSettings)
    {
        await Box.DoAsync("status");
        await GiveAwayAsync(OneOf(Box.QueuePath));
        await TrustAsync(Box.Folder, inSettings);

        await Box.StartWorkerAsync();

        Assert.Equal("ran\n", (await Box.DoAsync("run", "echo ran")).Out);
    }

    [Fact]
    public async Task Search_LinkToAnotherUsersQueue_IsPassedOver()
    {
        var theirs = Path.Combine(Directory.CreateDirectory(Path.Combine(Box.Folder, "theirs")).FullName, "q.db");
        await Box.DoAsync("--queue", theirs, "status");
        await GiveAwayAsync($"{theirs}-other");
        Directory.CreateDirectory(Path.GetDirectoryName(near)!);
        File.CreateSymbolicLink(near, theirs);
        Box.Variables["DQ_QUEUE"] = null;

        var result = await Box.ShellAsync("cd project && dq doctor");

        Assert.Contains($"{near} is skipped: {theirs}-other", result.Err, StringComparison.Ordinal);
        Directory.CreateSymbolicLink(Path.Combine(Box.Folder, "link"), Path.GetDirectoryName(theirs)!);
        Box.Variables["DQ_SAFE_QUEUES"] = Path.Combine(Box.Folder, "link");
        Assert.Equal("", (await Box.ShellAsync("cd project && dq doctor")).Err);
    }

    [Theory]
    [InlineData("safe_queue = []", "'safe_queue' is not a setting")]
    [InlineData("safe_queues = 1", "'safe_queues' must be a list of directories")]
    [InlineData("safe_queues = [1]", "'safe_queues' must be a list of directories")]
    [InlineData("safe_queues = [\"$HOME/x\"]", "safe_queues is '$HOME/x'")]
    [InlineData("safe_queues = [", "(1,16)")]
    public async Task Settings_Mistake_IsNamedWithTheFile(string text, string expected)
    {
        await Box.DoAsync("status");
        await GiveAwayAsync(OneOf(Box.QueuePath));
        var settings = await WriteSettingsAsync(text);

        var result = await Box.RunAsync("worker");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(settings, result.Err, StringComparison.Ordinal);
        Assert.Contains(expected, result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_OfAnotherUser_AreNotRead()
    {
        await Box.DoAsync("status");
        await GiveAwayAsync(OneOf(Box.QueuePath));
        await GiveAwayAsync(await WriteSettingsAsync($"safe_queues = ['{Box.Folder}']"));

        var result = await Box.RunAsync("worker");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("belong to another user", result.Err, StringComparison.Ordinal);
    }

    private static string OneOf(string queue) => Environment.UserName == "root" ? queue : $"{queue}-other";

    private async Task TrustAsync(string directory, bool inSettings)
    {
        if (inSettings)
        {
            await WriteSettingsAsync($"# Mine\nsafe_queues = [\"/elsewhere\", '{directory}/']\n");
        }
        else
        {
            Box.Variables["DQ_SAFE_QUEUES"] = $"/elsewhere:{directory}";
        }
    }

    private async Task<string> WriteSettingsAsync(string text)
    {
        Directory.CreateDirectory(Path.Combine(Box.Folder, "config", "dq"));
        return await Box.WriteAsync("config/dq/config.toml", text);
    }

    private static async Task GiveAwayAsync(string path)
    {
        if (Environment.UserName != "root")
        {
            File.Delete(path);
            File.CreateSymbolicLink(path, "/etc/passwd");
            return;
        }

        if (!Path.Exists(path))
        {
            await File.WriteAllTextAsync(path, "");
        }

        using var chown = Process.Start("chown", [Nobody, path]);
        await chown.WaitForExitAsync();
        Assert.Equal(0, chown.ExitCode);
    }
}
