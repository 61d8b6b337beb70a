using System.Globalization;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Root works in the queue of another user, who has said so; and records of runs, which others may have written, name any process.</summary>
public sealed class SecondUserTests : DqTest
{
    private SecondUser Owner => new(Box);

    [Fact]
    public async Task Worker_OfRootInAnothersQueue_LeavesNothingThatTheOwnerCannotUse()
    {
        if (!SecondUser.IsAvailable)
        {
            return;
        }

        await Owner.OwnFolderAsync();
        await Owner.ShellAsync("dq status");
        Box.Variables["DQ_SAFE_QUEUES"] = Box.Folder;
        var worker = await Box.StartWorkerAsync();
        var ended = await Box.AddAsync("--separate-stderr", "echo out; echo err >&2; exit 3");
        await Box.RunAsync("wait", $"{ended}");
        var id = await Box.AddAsync("echo begun; read x; exit 7");
        var log = Box.Files.Log(new TaskId(id), 1);
        await Sandbox.UntilAsync(() => File.Exists(log) && File.ReadAllText(log) == "begun\n", "command");

        const string ofOthers = "find . -name 'queue.db*' -o -path '*queue.db.logs/*' | xargs stat -c '%u:%g %n' | grep -v '^1000:1000 '";
        Assert.Equal("", (await Box.ShellAsync(ofOthers)).Out);
        Assert.Equal(4, Directory.GetFiles(Box.Files.LogDirectory, $"{id}.1.*").Length + Directory.GetFiles(Box.Files.LogDirectory, $"{ended}.1.run").Length);
        Assert.Equal("begun\n", (await Owner.ShellAsync($"dq log {id}")).Out);

        // The command ends while no worker is there, and the owner's own worker reads how.
        worker.Kill();
        await worker.WaitForExitAsync();
        await Box.ShellAsync($"echo >queue.db.logs/{id}.1.in");
        var record = Box.Files.Run(new TaskId(id), 1);
        await Sandbox.UntilAsync(() => File.ReadAllText(record).Contains("\nexit 7\n", StringComparison.Ordinal), "exit code");
        Assert.Equal("", (await Box.ShellAsync(ofOthers)).Out);
        await Owner.StartWorkerAsync();
        try
        {
            await Owner.ShellAsync($"dq wait {id}");
            Assert.Equal(7, (await Box.TaskAsync(id)).GetProperty("exit_code").GetInt32());
            Assert.Equal("0", (await Owner.ShellAsync("dq clean >/dev/null 2>&1; echo $?")).Out.Trim());
        }
        finally
        {
            await Owner.StopWorkerAsync();
        }
    }

    [Fact]
    public async Task Kill_RecordNamesAnotherProcess_ThatGetsNoSignal()
    {
        await Box.StartWorkerAsync();
        using var innocent = Box.StartProgram("setsid", "sleep", "120");
        var id = await Box.AddAsync("--kill-grace", "100ms", "echo begun; sleep 121");
        var log = Box.Files.Log(new TaskId(id), 1);
        await Sandbox.UntilAsync(() => File.Exists(log) && File.ReadAllText(log) == "begun\n", "command");
        var record = Box.Files.Run(new TaskId(id), 1);
        var header = (await File.ReadAllTextAsync(record)).Split(" | ")[0];
        var stat = await File.ReadAllTextAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{innocent.Id}/stat"));
        await File.WriteAllTextAsync(record, $"{header} | {stat}");

        Assert.Equal(0, (await Box.RunAsync("kill", "--signal", "CONT", $"{id}")).ExitCode);
        await Box.DoAsync("kill", $"{id}");
        await Box.RunAsync("wait", $"{id}");

        Assert.False(innocent.HasExited);
        Assert.Equal("Killed", (await Box.TaskAsync(id)).GetProperty("outcome").GetString());
        innocent.Kill();
    }
}
