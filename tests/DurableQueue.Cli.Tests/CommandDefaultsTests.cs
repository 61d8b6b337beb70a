using DurableQueue.Processes;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>What the settings give to commands that say nothing of their own: times and resources.</summary>
public sealed class CommandDefaultsTests : DqTest
{
    private const string Missing = "warning: systemd-run does not work where the worker of this queue runs; CPU and I/O weights and memory limits are not applied.";

    /// <summary>Runs what comes after the options.</summary>
    private const string Works = "while :; do case $1 in --) shift; break;; /*) break;; esac; shift; done; exec \"$@\"";

    [Fact]
    public async Task WithoutSettings_CommandsHaveNone()
    {
        var (task, command) = await ReadAsync(await Box.AddAsync("true"));

        Assert.Null(task.Timeout);
        Assert.Equal((null, null, null, null, null), (command.KillGrace, command.Nice, command.IoNice, command.CpuWeight, command.IoWeight));
    }

    [Theory]
    [InlineData("off", null, null, null, null)]
    [InlineData("nice-ionice", 10, 7, null, null)]
    [InlineData("systemd-run", null, null, 50, 50)]
    [InlineData("auto", 10, 7, 50, 50)]
    public async Task ResourceControls_Mode_SaysWhatCommandsGet(string mode, int? nice, int? ioNice, int? cpuWeight, int? ioWeight)
    {
        using var file = new SettingsFile(Box, $"resource_controls = \"{mode}\"");
        var graph = await Box.WriteAsync("graph.yaml", "tasks: { a: { cmd: 'true' } }");
        var submitted = (await JsonAsync("dag", "dag", "submit", graph)).GetProperty("ids").GetProperty("a").GetInt64();
        await Box.DoAsync("schedule", "add", "s", "@every 1h", "true");
        await Box.DoAsync("schedule", "run", "s");

        foreach (var id in new[] { await Box.AddAsync("true"), submitted, submitted + 1 })
        {
            var (_, command) = await ReadAsync(id);
            Assert.Equal((nice, ioNice, cpuWeight, ioWeight), (command.Nice, command.IoNice, command.CpuWeight, command.IoWeight));
        }
    }

    [Fact]
    public async Task Settings_AreInForce_AndOptionsComeBeforeThem()
    {
        using var file = new SettingsFile(Box, "resource_controls = \"nice-ionice\"\nnice = 12\nionice = 5\nkill_grace = \"100ms\"\ntimeout = \"10m\"");
        await Box.StartWorkerAsync();

        Assert.Equal("12\nbest-effort: prio 5\n", (await Box.DoAsync("run", "nice; ionice")).Out);
        Assert.Equal("3\nidle\n", (await Box.DoAsync("run", "--nice", "3", "--ionice", "8", "nice; ionice")).Out);
        var (task, command) = await ReadAsync(await Box.AddAsync("true"));
        Assert.Equal((TimeSpan.FromMinutes(10), TimeSpan.FromMilliseconds(100)), (task.Timeout, command.KillGrace));
        (task, command) = await ReadAsync(await Box.AddAsync("--timeout", "none", "--kill-grace", "2s", "true"));
        Assert.Equal((null, TimeSpan.FromSeconds(2)), (task.Timeout, command.KillGrace));
        Box.Variables["DQ_TIMEOUT"] = "200ms";
        Assert.Equal(124, (await Box.RunAsync("run", "sleep 60")).ExitCode);
        var graph = await Box.WriteAsync("graph.yaml", "tasks: { a: { cmd: 'true' }, b: { cmd: 'true', timeout: 5 } }");
        var ids = (await JsonAsync("dag", "dag", "submit", graph)).GetProperty("ids");
        Assert.Equal(
            (TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5)),
            ((await ReadAsync(ids.GetProperty("a").GetInt64())).Task.Timeout, (await ReadAsync(ids.GetProperty("b").GetInt64())).Task.Timeout));
    }

    [Fact]
    public async Task SystemdRunThatWorks_GetsTheWeights()
    {
        await InstallSystemdRunAsync($"echo \"$*\" >>\"$TMPDIR/scope\"; {Works}");
        using var file = new SettingsFile(Box, "resource_controls = \"systemd-run\"\nio_weight = 70");
        await Box.StartWorkerAsync();

        var result = await Box.DoAsync("run", "--memory-max", "1G", "echo ran");

        Assert.Equal("ran\n", result.Out);
        Assert.Contains("-p CPUWeight=50 -p IOWeight=70 -p MemoryMax=1073741824 -- ", await File.ReadAllTextAsync(Path.Combine(Box.Folder, "scope")), StringComparison.Ordinal);
        Assert.DoesNotContain("warning", result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SystemdRunThatDoesNotWork_IsToldToTheCallerOnce_AndByDoctor()
    {
        await InstallSystemdRunAsync("exit 1");
        using var file = new SettingsFile(Box, "resource_controls = \"auto\"");
        var worker = await Box.StartWorkerAsync();

        var first = await Box.DoAsync("run", "nice");
        var second = await Box.DoAsync("run", "nice");
        worker.Kill();
        await worker.WaitForExitAsync();
        worker = await Box.StartWorkerAsync();
        var third = await Box.DoAsync("run", "nice");

        Assert.Equal(("10\n", "10\n", "10\n"), (first.Out, second.Out, third.Out));
        Assert.Contains($"{Missing}\n", first.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", second.Err + third.Err, StringComparison.Ordinal);
        Assert.Contains(Missing["warning: ".Length..], await NotesAsync());

        // Once it works, it is not named any longer.
        await InstallSystemdRunAsync(Works);
        worker.Kill();
        await worker.WaitForExitAsync();
        await Box.StartWorkerAsync();
        await Box.DoAsync("run", "true");
        Assert.Empty(await NotesAsync());
    }

    [Fact]
    public async Task SystemdRunThatDoesNotWork_AfterAnAdd_IsToldByTheNextCall()
    {
        await InstallSystemdRunAsync("exit 1");
        await Box.StartWorkerAsync();
        var id = await Box.AddAsync("--io-weight", "10", "true");
        await Box.DoAsync("wait", $"{id}");

        Assert.Contains(Missing, (await Box.DoAsync("add", "true")).Err, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", (await Box.DoAsync("add", "true")).Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_ListsTheSettings_AndWhatIsAmiss()
    {
        await Box.DoAsync("group", "add", "ml", "--limit", "9");
        using var file = new SettingsFile(Box, "groups = { ml = 2 }\ntimeout = \"1h30m\"");
        await Box.StartWorkerAsync();

        var doctor = await JsonAsync("doctor", "doctor");

        Assert.Equal("healthy", doctor.GetProperty("status").GetString());
        Assert.Equal(["The group ml has the limit 9, and the limit 2 in the settings. 'dq group limit ml 2' sets it."], doctor.GetProperty("notes").EnumerateArray().Select(note => note.GetString()));
        Assert.Equal(5400, doctor.GetProperty("settings").GetProperty("timeout").GetInt32());
        Assert.Matches("timeout +\"1h30m\" ", (await Box.DoAsync("config")).Out);
    }

    [Theory]
    [InlineData("timeout = 30", "'timeout' must be a time such as \"90s\" or \"2h\", or \"none\".")]
    [InlineData("timeout = \"soon\"", "'soon' is not a valid duration")]
    [InlineData("kill_grace = \"2h\"", "'kill_grace' must be a time from \"0s\" to \"1h\".")]
    [InlineData("resource_controls = \"systemd\"", "'resource_controls' must be \"off\", \"auto\", \"systemd-run\" or \"nice-ionice\".")]
    [InlineData("nice = 20", "'nice' must be a whole number from -20 to 19.")]
    [InlineData("ionice = 9", "'ionice' must be ")]
    [InlineData("cpu_weight = 0", "'cpu_weight' must be ")]
    [InlineData("io_weight = 10001", "'io_weight' must be ")]
    public async Task Mistake_IsNamed(string text, string expected)
    {
        using var file = new SettingsFile(Box, text);

        var result = await Box.RunAsync("add", "true");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{file.Path}: ", result.Err, StringComparison.Ordinal);
        Assert.Contains(expected, result.Err, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string?>> NotesAsync() =>
        [.. (await JsonAsync("doctor", "doctor")).GetProperty("notes").EnumerateArray().Select(note => note.GetString())];

    private async Task<(TaskInfo Task, CommandTask Command)> ReadAsync(long id)
    {
        await using var queue = await Box.OpenAsync();
        return ((await queue.Inspector.GetAsync(new TaskId(id)))!, CommandTask.FromPayload(await queue.Inspector.GetPayloadAsync(new TaskId(id))));
    }

    /// <summary>A program of this name, which the worker finds first.</summary>
    private async Task InstallSystemdRunAsync(string script)
    {
        var bin = Directory.CreateDirectory(Path.Combine(Box.Folder, "bin")).FullName;
        var program = Path.Combine(bin, "systemd-run");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        Box.Variables["PATH"] = $"{bin}:{Path.GetDirectoryName(Sandbox.Dq)}:{Environment.GetEnvironmentVariable("PATH")}";
        Box.Variables["TMPDIR"] = Box.Folder;
    }
}
