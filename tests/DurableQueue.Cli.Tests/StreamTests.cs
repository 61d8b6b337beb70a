using System.Globalization;
using DurableQueue.Processes;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Standard streams that are full, closed, or closed meanwhile: what was done stays done and is told, and no queue file is written to by accident.</summary>
public sealed class StreamTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private Sandbox Box => fixture.Box;

    [Theory]
    [InlineData("status")]
    [InlineData("status --json")]
    [InlineData("log ID")]
    [InlineData("log --json ID")]
    [InlineData("follow ID")]
    [InlineData("follow --json ID")]
    [InlineData("wait --json ID")]
    [InlineData("export")]
    [InlineData("group list")]
    [InlineData("doctor")]
    [InlineData("clean --dry-run")]
    [InlineData("completions bash")]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("env list ID")]
    [InlineData("notify list")]
    [InlineData("run 'echo hi'")]
    [InlineData("run --json true")]
    [InlineData("add --dry-run true")]
    public async Task Output_FullOrClosed_IsOneLineAndCodeSeven(string command)
    {
        var id = (await Box.DoAsync("add", "--print-id", "echo hi")).Out.Trim();
        await Box.DoAsync("wait", id);
        command = command.Replace("ID", id, StringComparison.Ordinal);

        foreach (var place in new[] { "/dev/full", "&-" })
        {
            var result = await Box.ShellAsync($"dq {command} >{place}");

            Assert.True(result.ExitCode == 7, $"dq {command} >{place}\n{result}");
            var said = result.Err.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.StartsWith("dq: Standard output can't be written: ", said[^1], StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", result.Err, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("add --print-id true")]
    [InlineData("add --json true")]
    [InlineData("add --follow 'echo hi'")]
    [InlineData("run 'echo hi'")]
    [InlineData("run --json true")]
    [InlineData("dag submit graph.yaml")]
    public async Task Output_FullOrClosed_TheWorkIsDoneAndTheIdIsOnStandardError(string command)
    {
        await Box.WriteAsync("graph.yaml", "tasks:\n  one:\n    cmd: \"true\"\n");
        foreach (var place in new[] { "/dev/full", "&-" })
        {
            var before = await LastIdAsync();

            var result = await Box.ShellAsync($"dq {command} >{place}");

            Assert.True(result.ExitCode == 7, $"{result}");
            var added = await LastIdAsync();
            Assert.Equal(before + 1, added);
            Assert.Contains(added.ToString(CultureInfo.InvariantCulture), result.Err.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Output_FullAndTheCommandFailed_KeepsItsOwnCode()
    {
        var id = await Box.AddAsync("exit 3");

        var result = await Box.ShellAsync($"dq wait --json {id} >/dev/full");

        Assert.Equal(5, result.ExitCode);
        Assert.Contains("Standard output can't be written", result.Err, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    [InlineData("<&-")]
    public async Task StandardErrorOrInput_ClosedOrFull_ChangesNothing(string redirection)
    {
        Assert.Equal(0, (await Box.ShellAsync($"dq add true {redirection}")).ExitCode);
        Assert.Equal("hi\n", (await Box.ShellAsync($"dq run 'echo hi' {redirection}")).Out);
        Assert.Equal(3, (await Box.ShellAsync($"dq run --separate-stderr 'echo hi >&2; exit 3' {redirection}")).ExitCode);
        Assert.Equal(2, (await Box.ShellAsync($"dq log 999999 {redirection}")).ExitCode);
    }

    [Fact]
    public async Task Descriptors_ClosedAtTheStart_AreTheNullDeviceAndNoQueueFile()
    {
        var result = await Box.ShellAsync("""
            dq worker --group nobody <&- >&- 2>&- &
            pid=$!
            until ls -l /proc/$pid/fd | grep -q queue.db-gate; do sleep 0.05; done
            for n in 0 1 2; do readlink /proc/$pid/fd/$n; done
            kill $pid
            wait $pid
            """);

        Assert.Equal("/dev/null\n/dev/null\n/dev/null\n", result.Out);
    }

    [Fact]
    public async Task Descriptors_ClosedAtTheStart_ArgumentsArriveAsTheyWere()
    {
        var before = await LastIdAsync();

        var result = await Box.ShellAsync("dq add --label 'ü $HOME \"x\"' -- printf '%s|' '' 'a  b' $'line\\nbreak' \"it's\" '*' <&- 2>&-");

        Assert.Equal(0, result.ExitCode);
        await using var queue = await Box.OpenAsync();
        var id = new TaskId(before + 1);
        Assert.Equal("ü $HOME \"x\"", (await queue.Inspector.GetAsync(id))!.Label);
        Assert.Equal(["printf", "%s|", "", "a  b", "line\nbreak", "it's", "*"], CommandTask.FromPayload(await queue.Inspector.GetPayloadAsync(id)).Arguments);
    }

    [Fact]
    public async Task Run_ReaderGoesAway_DetachesAndTheCommandContinues()
    {
        var result = await Box.ShellAsync("dq run 'echo one; echo two; exec sleep 60' | head -1; exit ${PIPESTATUS[0]}");

        Assert.Equal((123, "one\n"), (result.ExitCode, result.Out));
        var id = await LastIdAsync();
        Assert.Contains($"dq follow {id}", result.Err, StringComparison.Ordinal);
        Assert.Equal("CheckedOut", (await Box.TaskAsync(id)).GetProperty("state").GetString());
        await Box.DoAsync("kill", $"{id}");
    }

    [Fact]
    public async Task Follow_ReaderGoesAway_DetachesToo()
    {
        var added = await Box.ShellAsync("dq add --follow 'echo one; exec sleep 60' | head -1; exit ${PIPESTATUS[0]}");
        var id = await LastIdAsync();
        var followed = await Box.ShellAsync($"dq follow {id} | head -1; exit ${{PIPESTATUS[0]}}");

        Assert.Equal((123, "one\n"), (added.ExitCode, added.Out));
        Assert.Equal((123, "one\n"), (followed.ExitCode, followed.Out));
        Assert.Contains($"dq follow {id}", followed.Err, StringComparison.Ordinal);
        await Box.DoAsync("kill", $"{id}");
    }

    [Fact]
    public async Task Run_NobodyReadsAndNothingIsWritten_EndsWithTheCodeOfTheCommand() =>
        Assert.Equal(3, (await Box.ShellAsync("dq run 'exit 3' | true; exit ${PIPESTATUS[0]}")).ExitCode);

    [Fact]
    public async Task Status_ReaderGoesAway_IsQuiet()
    {
        var result = await Box.ShellAsync("dq export --show-env | head -c 1; exit ${PIPESTATUS[0]}");

        Assert.Equal((0, ""), (result.ExitCode, result.Err));
    }

    [Fact]
    public async Task WorkingDirectory_Gone_IsNamedWhereItIsNeededAndNowhereElse()
    {
        const string Gone = "mkdir gone$$; cd gone$$; rmdir ../gone$$; ";
        await Box.WriteAsync("gone.yaml", "tasks:\n  one:\n    cmd: \"true\"\n");
        foreach (var command in new[] { "add true", "run true", "schedule add gone @daily true", $"dag submit {Box.Folder}/gone.yaml", "--queue q.db status" })
        {
            var result = await Box.ShellAsync($"{Gone} dq {command}");

            Assert.True(result.ExitCode is 1 or 125, $"dq {command}\n{result}");
            Assert.Contains("The working directory no longer exists", result.Err, StringComparison.Ordinal);
        }

        foreach (var command in new[] { "status", "add -w / true", "run -w / true", "doctor", "export", "group list" })
        {
            Assert.True((await Box.ShellAsync($"{Gone} dq {command}")).ExitCode == 0, command);
        }
    }

    private async Task<long> LastIdAsync()
    {
        await using var queue = await Box.OpenAsync();
        var page = await queue.Inspector.QueryAsync(new TaskQuery { Order = TaskOrder.EnqueuedDescending, Limit = 1 });
        return page.Tasks.Count == 0 ? 0 : page.Tasks[0].Id.Value;
    }
}
