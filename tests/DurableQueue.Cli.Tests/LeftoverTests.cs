using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>What a command leaves: processes that a worker may not signal, and those that only process 1 can collect. Both need root to be set up.</summary>
public sealed class LeftoverTests : DqTest
{
    /// <summary>A program that has taken the rights of root for good.</summary>
    private const string RootSleep = "-e '$| = 1; $< = 0; print \"ready\\n\"; sleep 120'";

    [Fact]
    public async Task Kill_ProcessOfAnotherUser_IsNamedKeepsItsSlotAndCanBeGivenUp()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        // A worker of another user, whose command starts a set-uid program.
        var perl = Path.Combine(Box.Folder, "rootperl");
        await Box.ShellAsync($"chmod 755 {Box.Folder}; cp -L $(readlink -f /usr/bin/perl) {perl}; chmod 4755 {perl}; chown 1000:1000 {Box.Folder}");
        const string asUser = "setpriv --reuid=1000 --regid=1000 --clear-groups env HOME=$PWD DQ_SAFE_QUEUES=*";
        await Box.ShellAsync($"{asUser} sh -c 'dq worker >w.out 2>&1 & echo $! >worker'");
        try
        {
            await Sandbox.UntilAsync(() => File.Exists(Path.Combine(Box.Folder, "w.out")) && File.ReadAllText(Path.Combine(Box.Folder, "w.out")).Contains("runs (pid", StringComparison.Ordinal), "worker");
            await Box.ShellAsync($"{asUser} dq group limit default 1");
            var id = long.Parse((await Box.ShellAsync($"{asUser} dq add --print-id --kill-grace 100ms -- {perl} {RootSleep}")).Out.Trim(), System.Globalization.CultureInfo.InvariantCulture);
            var log = Box.Files.Log(new TaskId(id), 1);
            await Sandbox.UntilAsync(() => File.Exists(log) && File.ReadAllText(log) == "ready\n", "set-uid program");

            var killed = await Box.ShellAsync($"{asUser} dq kill {id}");
            Assert.Equal(2, killed.ExitCode);
            Assert.Contains("(rootperl, of user 0)", killed.Err, StringComparison.Ordinal);
            await Sandbox.UntilAsync(() => File.ReadAllText(Path.Combine(Box.Folder, "w.out")).Contains("cannot be stopped", StringComparison.Ordinal), "warning");
            Assert.Equal("CheckedOut", (await Box.TaskAsync(id)).GetProperty("state").GetString());

            var givenUp = await Box.ShellAsync($"{asUser} dq kill --give-up {id}");
            Assert.Equal(0, givenUp.ExitCode);
            Assert.Contains("given up; left are process", givenUp.Err, StringComparison.Ordinal);
            Assert.Equal("Killed", (await Box.TaskAsync(id)).GetProperty("outcome").GetString());
        }
        finally
        {
            await Box.ShellAsync($"kill $(cat worker); pkill -f {perl}");
        }
    }

    [Fact]
    public async Task End_OfACommandThatLeavesNothingButAProcessOfAnotherUser_KeepsItsSlot()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        var perl = Path.Combine(Box.Folder, "rootperl");
        await Box.ShellAsync($"chmod 755 {Box.Folder}; cp -L $(readlink -f /usr/bin/perl) {perl}; chmod 4755 {perl}; chown 1000:1000 {Box.Folder}");
        const string asUser = "setpriv --reuid=1000 --regid=1000 --clear-groups env HOME=$PWD";
        await Box.ShellAsync($"{asUser} sh -c 'dq worker >w.out 2>&1 & echo $! >worker'");
        try
        {
            await Box.WriteAsync("leave.sh", $"{perl} {RootSleep} >root.out &\nwhile ! grep -q ready root.out; do sleep 0.02; done\n");
            var added = await Box.ShellAsync($"{asUser} dq add --print-id --kill-grace 100ms 'sh leave.sh'");
            var id = long.Parse(added.Out.Trim(), System.Globalization.CultureInfo.InvariantCulture);

            await Sandbox.UntilAsync(
                async () => (await File.ReadAllTextAsync(Path.Combine(Box.Folder, "w.out"))).Contains("cannot be stopped", StringComparison.Ordinal)
                    || (await Box.TaskAsync(id)).GetProperty("state").GetString() == "Done",
                "warning, or end");

            Assert.Equal("CheckedOut", (await Box.TaskAsync(id)).GetProperty("state").GetString());
            await Box.ShellAsync($"pkill -f {perl}");
            await Box.DoAsync("wait", $"{id}");
        }
        finally
        {
            await Box.ShellAsync($"kill $(cat worker); pkill -f {perl}");
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
}
