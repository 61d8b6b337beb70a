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

        Assert.Equal(("out\n", "err\n"), (result.Out, result.Err));
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
        Assert.Equal("hi\n", result.Err);
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

        Assert.Equal(0, result.ExitCode);
        var json = JsonSchemas.Check("run-background", result);
        var id = json.GetProperty("id").GetInt64();
        Assert.True(Directory.Exists($"/proc/{json.GetProperty("pid").GetInt32()}"));
        Assert.Equal(Box.Files.Log(new TaskId(id), 1), json.GetProperty("log").GetString());
        Assert.Contains($"dq follow {id}", result.Err, StringComparison.Ordinal);
        await Box.DoAsync("kill", $"{id}");
        Assert.Equal(5, (await Box.RunAsync("wait", $"{id}")).ExitCode);
        Assert.Equal("Killed", (await Box.TaskAsync(id)).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Run_BlockingMonitorInForeground_IsFollowed() =>
        Assert.Equal("x\n", (await Box.DoAsync("run", "--foreground", "while true; do echo x; sleep 0.1; exit 0; done")).Out);

    [Fact]
    public async Task Run_Interrupted_StopsTheCommand()
    {
        using var run = Box.StartInterruptibleDq("run", "echo started; sleep 60");
        Assert.Equal("started", await run.StandardOutput.ReadLineAsync());

        Process.Start("kill", ["-INT", $"{run.Id}"]).WaitForExit();
        var said = await run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();

        Assert.Equal(130, run.ExitCode);
        var id = long.Parse(said.Split("Task ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        await Box.RunAsync("wait", $"{id}");
        Assert.Equal("Killed", (await Box.TaskAsync(id)).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Add_Follow_ShowsTheOutputAndSaysHowItEnded()
    {
        Assert.Equal("hi\n", (await Box.DoAsync("add", "--follow", "echo hi")).Out);
        Assert.Equal(5, (await Box.RunAsync("add", "--follow", "exit 2")).ExitCode);
    }
}
