using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>What a command leaves: processes that a worker may not signal, and those that only process 1 can collect. Both need root to be set up.</summary>
public sealed class LeftoverTests : DqTest
{
    /// <summary>A program that has taken the rights of root for good.</summary>
    private const string RootSleep = "-e '$| = 1; $< = 0; print \"ready\\n\"; sleep 120'";

    private SecondUser User => new(Box);

    [Fact]
    public async Task Kill_ProcessOfAnotherUser_IsNamedKeepsItsSlotAndCanBeGivenUp()
    {
        if (!SecondUser.IsAvailable)
        {
            return;
        }

        // A worker of another user, whose command starts a set-uid program.
        var perl = await StartWorkerWithRootPerlAsync();
        try
        {
            await Sandbox.UntilAsync(() => User.WorkerOutput.Contains("is running (pid", StringComparison.Ordinal), "worker");
            await User.ShellAsync("dq group limit default 1");
            var id = await User.AddAsync($"--kill-grace 100ms -- {perl} {RootSleep}");
            var log = Box.Files.Log(new TaskId(id), 1);
            await Sandbox.UntilAsync(() => File.Exists(log) && File.ReadAllText(log) == "ready\n", "set-uid program");

            var killed = await User.ShellAsync($"dq kill {id}");
            Assert.Equal(2, killed.ExitCode);
            Assert.Contains("(rootperl, of user 0)", killed.Err, StringComparison.Ordinal);
            await Sandbox.UntilAsync(() => User.WorkerOutput.Contains("cannot be stopped", StringComparison.Ordinal), "warning");
            Assert.Equal("CheckedOut", (await Box.TaskAsync(id)).GetProperty("state").GetString());

            var givenUp = await User.ShellAsync($"dq kill --give-up {id}");
            Assert.Equal(0, givenUp.ExitCode);
            Assert.Contains("given up; still running: process", givenUp.Err, StringComparison.Ordinal);
            Assert.Equal("Killed", (await Box.TaskAsync(id)).GetProperty("outcome").GetString());
        }
        finally
        {
            await User.StopWorkerAsync();
            await StopAllOfAsync(perl);
        }
    }

    [Fact]
    public async Task End_OfACommandThatLeavesNothingButAProcessOfAnotherUser_KeepsItsSlot()
    {
        if (!SecondUser.IsAvailable)
        {
            return;
        }

        var perl = await StartWorkerWithRootPerlAsync();
        try
        {
            await Box.WriteAsync("leave.sh", $"{perl} {RootSleep} >root.out &\nwhile ! grep -q ready root.out; do sleep 0.02; done\n");
            var id = await User.AddAsync("--kill-grace 100ms 'sh leave.sh'");

            await Sandbox.UntilAsync(
                async () => User.WorkerOutput.Contains("cannot be stopped", StringComparison.Ordinal)
                    || (await Box.TaskAsync(id)).GetProperty("state").GetString() == "Done",
                "warning, or end");

            Assert.Equal("CheckedOut", (await Box.TaskAsync(id)).GetProperty("state").GetString());
            await StopAllOfAsync(perl);
            await Box.DoAsync("wait", $"{id}");
        }
        finally
        {
            await User.StopWorkerAsync();
            await StopAllOfAsync(perl);
        }
    }

    [Fact]
    public async Task Worker_Process1_CollectsOrphansAndKnowsItsOwnChildren()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        using var worker = Box.StartProgram("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", Sandbox.Dq, "worker");
        try
        {
            var ids = new List<long>();
            for (var i = 0; i < 6; i++)
            {
                ids.Add(await Box.AddAsync($"setsid sh -c 'sleep 0.1' & (setsid sleep 0.1 &); exit {i}"));
            }

            await Sandbox.UntilAsync(async () => (await Box.RunAsync("doctor")).ExitCode == 0, "worker");
            await Box.RunAsync("wait", "--all");
            for (var i = 0; i < ids.Count; i++)
            {
                Assert.Equal(i, (await Box.TaskAsync(ids[i])).GetProperty("exit_code").GetInt32());
            }

            await Sandbox.UntilAsync(
                async () => (await Box.DoAsync("run", "cat /proc/[0-9]*/stat 2>/dev/null | grep -c ') Z ' || true")).Out.Trim() == "0", "no zombies");
        }
        finally
        {
            worker.Kill(entireProcessTree: true);
        }
    }

    private async Task<string> StartWorkerWithRootPerlAsync()
    {
        var perl = await User.CreateRootPerlAsync();
        await User.OwnFolderAsync();
        await User.StartWorkerAsync();
        return perl;
    }

    /// <summary>Processes of a program that is in the folder of this test alone.</summary>
    private Task<DqResult> StopAllOfAsync(string program) => Box.ShellAsync($"pkill -f {program}");
}
