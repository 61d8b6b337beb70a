using System.Diagnostics;
using System.Globalization;
using DurableQueue.Processes;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>
/// <c>dq worker --install</c> writes, enables and starts a unit of the user. The <c>systemctl</c> here is a script that comes first on the PATH: it records how it
/// is called, and starts and stops what the unit says.
/// </summary>
public sealed class WorkerInstallTests : DqTest
{
    private const string Systemctl = """
        #!/bin/sh
        cd "$(dirname "$0")"
        echo "$*" >> calls
        [ ! -e broken ] || { echo 'Failed to connect to bus' >&2; exit 1; }
        units=$XDG_CONFIG_HOME/systemd/user
        for unit; do :; done
        alive() { [ -s main ] && kill -0 "$(cat main)" 2>/dev/null && ! grep -q ') Z ' "/proc/$(cat main)/stat"; }
        case "$2" in
          start|restart)
            [ "$2" = start ] && alive && exit 0
            alive && kill "$(cat main)"
            while alive; do sleep 0.05; done
            eval "setsid $(sed -n 's/^ExecStart=//p' "$units/$unit") >/dev/null 2>>\"$(sed -n 's/^StandardError=append://p' "$units/$unit")\" </dev/null &"
            echo $! > main;;
          disable)
            alive && kill "$(cat main)"
            while alive; do sleep 0.05; done;;
          show)
            if alive; then cat main; else echo 0; fi;;
        esac
        exit 0
        """;

    private readonly string programs;
    private readonly string units;

    public WorkerInstallTests()
    {
        programs = Directory.CreateDirectory(Path.Combine(Box.Folder, "programs")).FullName;
        WriteProgram("systemctl", Systemctl);
        WriteProgram("loginctl", "#!/bin/sh\necho no\n");
        Box.Variables["PATH"] = $"{programs}:{Path.GetDirectoryName(Sandbox.Dq)}:{Environment.GetEnvironmentVariable("PATH")}";
        Box.Variables["XDG_CONFIG_HOME"] = Path.Combine(Box.Folder, "config");
        units = Path.Combine(Box.Folder, "config", "systemd", "user");
    }

    private IEnumerable<string> Calls => File.ReadLines(Path.Combine(programs, "calls")).Select(line => line.Split(' ')[1]).Where(call => call is not ("show-environment" or "show"));

    [Fact]
    public async Task Install_WritesEnablesStartsAndExplains()
    {
        var installed = await Box.DoAsync("worker", "--install", "--concurrency", "3", "--json");

        var json = JsonSchemas.Check("worker-install", installed);
        Assert.True(json.GetProperty("changed").GetBoolean());
        Assert.Equal(["daemon-reload", "enable", "restart"], Calls);
        var unit = Assert.Single(Directory.GetFiles(units));
        Assert.Equal(unit, json.GetProperty("unit").GetString());
        var lines = await File.ReadAllLinesAsync(unit);
        Assert.Contains($"ExecStart=\"{Sandbox.Dq}\" \"--queue\" \"{Box.QueuePath}\" \"worker\" \"--detached\" \"--on-restart\" \"Adopt\" \"--concurrency\" \"3\"", lines);
        Assert.All(
            new[] { "KillMode=process", "OOMPolicy=continue", "Restart=on-failure", "WantedBy=default.target", $"AssertPathExists={Box.QueuePath}" }, line => Assert.Contains(line, lines));
        Assert.DoesNotContain(lines, line => line.StartsWith("MemoryMax", StringComparison.Ordinal));
        Assert.Contains("'dq worker --uninstall' removes it", installed.Err, StringComparison.Ordinal);
        Assert.Contains("Missing: lingering is off", installed.Err, StringComparison.Ordinal);

        var doctor = await Box.DoAsync("doctor");
        Assert.Equal(json.GetProperty("pid").GetInt32(), doctor.Json.GetProperty("daemon").GetProperty("pid").GetInt32());
        Assert.Equal("hi\n", (await Box.DoAsync("run", "echo hi")).Out);
    }

    [Fact]
    public async Task Install_Again_ChangesNothingUnlessTheOptionsDo()
    {
        var pid = JsonSchemas.Check("worker-install", await Box.RunAsync("worker", "--install", "--json")).GetProperty("pid").GetInt32();
        WriteProgram("loginctl", "#!/bin/sh\necho yes\n");

        var again = await Box.DoAsync("worker", "--install", "--json");

        Assert.Equal((false, pid, true), (again.Json.GetProperty("changed").GetBoolean(), again.Json.GetProperty("pid").GetInt32(), again.Json.GetProperty("lingering").GetBoolean()));
        Assert.DoesNotContain("Missing", again.Err, StringComparison.Ordinal);
        Assert.Equal(["daemon-reload", "enable", "restart", "enable", "start"], Calls);
        var changed = await Box.DoAsync("worker", "--install", "--json", "--shell", "bash -c");
        Assert.True(changed.Json.GetProperty("changed").GetBoolean());
        Assert.NotEqual(pid, changed.Json.GetProperty("pid").GetInt32());
    }

    [Fact]
    public async Task Uninstall_RemovesItAndLeavesTheCommands()
    {
        var go = Path.Combine(Box.Folder, "go");
        await Box.DoAsync("worker", "--install");
        await Box.AddAsync($"while [ ! -e {go} ]; do sleep 0.05; done; echo down");
        await RunsAsync(1);

        Assert.True(JsonSchemas.Check("worker-uninstall", await Box.RunAsync("worker", "--uninstall", "--json")).GetProperty("removed").GetBoolean());
        Assert.Empty(Directory.GetFiles(units));
        Assert.Equal(3, (await Box.RunAsync("doctor")).ExitCode);
        Assert.False((await Box.DoAsync("worker", "--uninstall", "--json")).Json.GetProperty("removed").GetBoolean());

        await Box.StartWorkerAsync();
        await File.WriteAllTextAsync(go, "");
        Assert.Equal(0, (await Box.RunAsync("wait", "1")).ExitCode);
    }

    [Fact]
    public async Task Install_DetachedWorkerRuns_TakesItsPlace()
    {
        var pid = (await Box.DoAsync("worker", "--daemon", "--json")).Json.GetProperty("pid").GetInt32();

        var installed = await Box.DoAsync("worker", "--install", "--json");

        Assert.Contains($"(pid {pid}) was stopped", installed.Err, StringComparison.Ordinal);
        Assert.NotEqual(pid, installed.Json.GetProperty("pid").GetInt32());
    }

    [Fact]
    public async Task Add_UnitIsStopped_StartsTheUnit()
    {
        await Box.DoAsync("worker", "--install");
        await Box.DoAsync("worker", "--stop");
        Box.Variables["DQ_START_WORKER"] = "1";

        var added = await Box.DoAsync("add", "true");

        Assert.Contains($", unit {Path.GetFileName(Directory.GetFiles(units).Single())})", added.Err, StringComparison.Ordinal);
        Assert.Equal("start", Calls.Last());
        await Box.DoAsync("wait", "1");
    }

    [Fact]
    public async Task Add_UnitButNoSystemd_StartsAWorkerItself()
    {
        await Box.DoAsync("worker", "--install");
        await Box.DoAsync("worker", "--stop");
        await File.WriteAllTextAsync(Path.Combine(programs, "broken"), "");
        Box.Variables["DQ_START_WORKER"] = "1";

        Assert.Contains("A worker was started", (await Box.DoAsync("add", "true")).Err, StringComparison.Ordinal);
        await Box.DoAsync("wait", "1");
    }

    [Fact]
    public async Task Install_NoSystemd_ChangesNothingAndNamesAnotherWay()
    {
        await File.WriteAllTextAsync(Path.Combine(programs, "broken"), "");

        var result = await Box.RunAsync("worker", "--install");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Failed to connect to bus", result.Err, StringComparison.Ordinal);
        Assert.Contains("@reboot", result.Err, StringComparison.Ordinal);
        Assert.False(Directory.Exists(units));
        Assert.False(File.Exists(Box.QueuePath));
    }

    /// <summary>A reboot ends the worker, the supervisor and the command at once; then systemd starts the unit.</summary>
    [Theory]
    [InlineData("adopt", "Failed")]
    [InlineData("rerun", "Done")]
    public async Task Unit_AfterAReboot_FollowsOnRestart(string onRestart, string state)
    {
        var pid = (await Box.DoAsync("worker", "--install", "--on-restart", onRestart, "--json")).Json.GetProperty("pid").GetInt32();
        await Box.AddAsync("echo run >> runs; if [ $(wc -l < runs) = 1 ]; then sleep 60; fi");
        await RunsAsync(1);
        await Sandbox.UntilAsync(() => File.Exists(Path.Combine(Box.Folder, "runs")), "the command has begun");
        await using (var queue = await Box.OpenAsync())
        {
            var run = await new CommandControl(queue, Box.QueuePath).FindAsync(new TaskId(1));
            await KillAsync($"{pid}");
            await KillAsync(string.Create(CultureInfo.InvariantCulture, $"-{run!.Pid}"));
        }

        Assert.Equal(0, (await Box.RunProgramAsync(Path.Combine(programs, "systemctl"), ["--user", "start", Path.GetFileName(Directory.GetFiles(units).Single())])).ExitCode);

        // systemd says that the unit has started once its program runs, not once the worker is there: dq wait gives up after some seconds without one.
        await Sandbox.UntilAsync(async () => (await Box.RunAsync("wait", "1")).ExitCode != 3, "its worker serves the task");
        Assert.Equal(state, (await Box.TaskAsync(1)).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("--install", "--daemon")]
    [InlineData("--uninstall", "--stop")]
    public async Task Worker_TwoRequests_AreRefused(string first, string second) => Assert.Equal(1, (await Box.RunAsync("worker", first, second)).ExitCode);

    [Fact]
    public async Task Install_SpecialCharacters_ReachTheWorkerAsTheyAre()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Box.Folder, "a b%n\"c$HOME")).FullName;

        await Box.DoAsync("--queue", Path.Combine(folder, "queue.db"), "status");
        WriteProgram("systemctl", "#!/bin/sh\n[ \"$2\" != restart ] || exit 1\n");
        await Box.RunAsync("--queue", Path.Combine(folder, "queue.db"), "worker", "--install");

        var lines = await File.ReadAllLinesAsync(Directory.GetFiles(units).Single());
        Assert.Contains(lines, line => line.Contains($"\"{Box.Folder}/a b%%n\\\"c$$HOME/queue.db\"", StringComparison.Ordinal));
        Assert.Contains($"AssertPathExists={Box.Folder}/a b%%n\"c$HOME/queue.db", lines);
    }

    private static async Task KillAsync(string target)
    {
        using var kill = Process.Start("kill", ["-KILL", "--", target]);
        await kill.WaitForExitAsync();
    }

    private Task RunsAsync(long id) => Sandbox.UntilAsync(async () => (await Box.TaskAsync(id)).GetProperty("state").GetString() == "CheckedOut", "it runs");

    private void WriteProgram(string name, string text)
    {
        var path = Path.Combine(programs, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
