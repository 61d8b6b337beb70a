using System.Diagnostics;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary><c>dq run</c>: as if the command had been typed itself.</summary>
public sealed class RunTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private Sandbox Box => fixture.Box;

    [Theory]
    [InlineData(0, "true")]
    [InlineData(7, "exit 7")]
    [InlineData(125, "exit 125")]
    [InlineData(143, "kill -TERM $$")]
    [InlineData(127, "no-such-program-here")]
    public async Task Run_EndsWithTheCodeOfTheCommand(int code, string line) => Assert.Equal(code, (await Box.RunAsync("run", line)).ExitCode);

    [Fact]
    public async Task Run_WritesTheOutputAndNothingElse()
    {
        var result = await Box.DoAsync("run", "--", "printf", "%s\\n", "a b", "wörter");

        Assert.Equal("a b\nwörter\n", result.Out);
    }

    [Fact]
    public async Task Run_LargeOutput_IsWhole()
    {
        var result = await Box.ShellAsync("dq run 'seq 1 200000' | sha256sum; seq 1 200000 | sha256sum");

        var sums = result.Out.Split('\n');
        Assert.Equal(sums[1], sums[0]);
    }

    [Fact]
    public async Task Run_SeparateStderr_GoesToStandardError()
    {
        var result = await Box.DoAsync("run", "--separate-stderr", "echo out; echo err >&2");

        Assert.Equal("out\n", result.Out);
        Assert.Matches(@"^task \d+ \(group default\): [^\n]+\nerr\n\z", result.Err);
    }

    [Fact]
    public async Task Run_TimedOut_Is124() => Assert.Equal(124, (await Box.RunAsync("run", "--timeout", "300ms", "--kill-grace", "100ms", "sleep 60")).ExitCode);

    [Fact]
    public async Task Run_BadArguments_Are125() => Assert.Equal(125, (await Box.RunAsync("run", "--timeout", "soon", "true")).ExitCode);

    [Fact]
    public async Task Run_DependencyFailed_Is125()
    {
        var parent = await Box.AddAsync("exit 3");

        var result = await Box.RunAsync("run", "-a", $"{parent}", "true");

        Assert.Equal(125, result.ExitCode);
        Assert.Contains("dependency failed", result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Json_IsTheTask()
    {
        var result = await Box.RunAsync("run", "--json", "echo hi; exit 3");

        Assert.Equal(3, result.ExitCode);
        Assert.Matches(@"^task \d+ \(group default\): [^\n]+\nhi\n\z", result.Err);
        var task = JsonSchemas.Check("run", result).GetProperty("task");
        Assert.Equal((3, "Failed"), (task.GetProperty("exit_code").GetInt32(), task.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task Run_Retried_ShowsEveryAttempt()
    {
        var mark = Path.Combine(Box.Folder, $"mark-{Guid.NewGuid():n}");

        var result = await Box.DoAsync("run", "--retries", "1", "--backoff", "10ms", $"echo attempt $DURABLEQUEUE_ATTEMPT; test -e {mark} || {{ touch {mark}; exit 1; }}");

        Assert.Equal("attempt 1\nattempt 2\n", result.Out);
    }

    [Fact]
    public async Task Run_BlockingMonitor_IsPutInTheBackgroundWithAnAcknowledgement()
    {
        var file = await Box.WriteAsync("growing.txt", "line\n");

        var result = await Box.RunAsync("run", "--json", $"tail -f {file}");

        Assert.Equal(123, result.ExitCode);
        var json = JsonSchemas.Check("run-background", result);
        var id = json.GetProperty("id").GetInt64();
        Assert.True(Directory.Exists($"/proc/{json.GetProperty("pid").GetInt32()}"));
        Assert.Equal(Box.Files.Log(new TaskId(id), 1), json.GetProperty("log").GetString());
        Assert.Contains($"dq follow {id}", result.Err, StringComparison.Ordinal);
        await Box.DoAsync("kill", $"{id}");
        Assert.Equal(5, (await Box.RunAsync("wait", $"{id}")).ExitCode);
        Assert.Equal("Killed", (await Box.TaskAsync(id)).GetProperty("outcome").GetString());
    }

    [Theory]
    [InlineData(3, "for i in 1 2; do sleep 0.1; done; exit 3")]
    [InlineData(0, "while true; do sleep 0.1; exit 0; done")]
    [InlineData(124, "timeout 0.2 tail -f /dev/null")]
    public async Task Run_LoopWithAnEnd_IsFollowedToIt(int code, string line) => Assert.Equal(code, (await Box.RunAsync("run", line)).ExitCode);

    [Fact]
    public async Task Run_MonitorOfTheSettings_IsPutInTheBackground()
    {
        using var own = new SettingsFile(Box, "monitor_patterns = ['^sleep 6\\d$']");
        Assert.Equal(123, (await Box.RunAsync("run", "sleep 61")).ExitCode);

        own.Write("auto_background = false");
        Assert.Equal(0, (await Box.RunAsync("run", "timeout 1 true; watch -v")).ExitCode);
        Assert.Equal(124, (await Box.RunAsync("run", "--timeout", "200ms", "--kill-grace", "100ms", "sleep infinity")).ExitCode);
    }

    [Theory]
    [InlineData("auto_background = 1", "'auto_background' must be true or false")]
    [InlineData("monitor_patterns = 'x'", "'monitor_patterns' must be a list")]
    [InlineData("monitor_patterns = ['(']", "'monitor_patterns' must be a list of regular expressions: monitor_patterns = [\"^npm run dev\"]. Invalid pattern '('")]
    [InlineData("monitors = []", "'monitors' is not a setting")]
    public async Task Run_BadSettings_AreNamedAndNothingIsAdded(string settings, string expected)
    {
        using var own = new SettingsFile(Box, settings);
        var before = await Box.DoAsync("status", "--json");

        var result = await Box.RunAsync("run", "true");

        Assert.Equal(125, result.ExitCode);
        Assert.Contains(expected, result.Err, StringComparison.Ordinal);
        Assert.Equal(before.Json.GetProperty("tasks").GetArrayLength(), (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").GetArrayLength());
    }

    [Fact]
    public async Task Run_BlockingMonitorInForeground_IsFollowed() =>
        Assert.Equal("x\n", (await Box.DoAsync("run", "--foreground", "while true; do echo x; sleep 0.1; exit 0; done")).Out);

    [Fact]
    public async Task Run_CtrlCInATerminal_StopsTheCommand()
    {
        var label = $"{Guid.NewGuid():n}";
        await using var terminal = new Terminal(Box);
        await terminal.StartAsync(120, 20, $"dq run -l {label} 'echo started; sleep 60'; echo code $?; read end");
        await terminal.UntilShownAsync("started");

        await terminal.SendAsync("C-c");

        await terminal.UntilShownAsync("code 130");
        Assert.Equal(5, (await Box.RunAsync("wait", "--label", label)).ExitCode);
        Assert.Equal("Killed", (await TaskOfAsync(label)).GetProperty("outcome").GetString());
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public async Task Run_SignalFromAProgram_LetsTheCommandContinue(string signal, int code)
    {
        var end = Path.Combine(Box.Folder, $"end-{Guid.NewGuid():n}");
        using var run = Box.StartInterruptibleDq("run", $"echo started; while ! test -e {end}; do sleep 0.05; done; exit 4");
        Assert.Equal("started", await run.StandardOutput.ReadLineAsync());

        Process.Start("kill", [$"-{signal}", $"{run.Id}"]).WaitForExit();
        var said = await run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();

        Assert.Equal(code, run.ExitCode);
        var id = IdIn(said);
        Assert.Contains($"dq follow {id}", said, StringComparison.Ordinal);
        Assert.Equal("CheckedOut", (await Box.TaskAsync(id)).GetProperty("state").GetString());

        await File.WriteAllTextAsync(end, "");
        var followed = await Box.RunAsync("follow", "--exit-code", $"{id}");
        Assert.Equal((4, "started\n", ""), (followed.ExitCode, followed.Out, followed.Err));
    }

    [Fact]
    public async Task Run_KillOnExit_StopsTheCommandWithIt()
    {
        using var run = Box.StartInterruptibleDq("run", "--kill-on-exit", "echo started; sleep 60");
        Assert.Equal("started", await run.StandardOutput.ReadLineAsync());

        Process.Start("kill", ["-TERM", $"{run.Id}"]).WaitForExit();
        var said = await run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();

        Assert.Equal(143, run.ExitCode);
        await Box.RunAsync("wait", $"{IdIn(said)}");
        Assert.Equal("Killed", (await Box.TaskAsync(IdIn(said))).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Follow_ExitCode_IsThatOfTheCommand()
    {
        var (killed, missing) = (await Box.AddAsync("kill -TERM $$"), await Box.AddAsync("-a", $"{await Box.AddAsync("exit 9")}", "true"));

        Assert.Equal(143, (await Box.RunAsync("follow", "--exit-code", $"{killed}")).ExitCode);
        Assert.Equal(125, (await Box.RunAsync("follow", "--exit-code", $"{missing}")).ExitCode);
        Assert.Equal(1, (await Box.RunAsync("follow", "--exit-code", $"{killed}", $"{missing}")).ExitCode);
    }

    private async Task<System.Text.Json.JsonElement> TaskOfAsync(string label) =>
        (await Box.DoAsync("status", "--json", $"label={label}")).Json.GetProperty("tasks").EnumerateArray().Single();

    private static long IdIn(string said) => long.Parse(said.Split("Task ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task Add_Follow_ShowsTheOutputAndSaysHowItEnded()
    {
        Assert.Equal("hi\n", (await Box.DoAsync("add", "--follow", "echo hi")).Out);
        Assert.Equal(5, (await Box.RunAsync("add", "--follow", "exit 2")).ExitCode);
    }
}
