using Xunit;

namespace DurableQueue.Processes.Tests;

/// <summary>What a command does to its own streams and to the files behind them, its environment byte by byte, and files that go away under it.</summary>
public sealed class StreamTests : IAsyncLifetime
{
    private CommandHost host = null!;

    public async Task InitializeAsync() => host = await CommandHost.StartAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData("echo one; echo two >/dev/stderr; echo three", "one\ntwo\nthree\n")]
    [InlineData("echo one; echo two >/dev/stdout; echo three", "one\ntwo\nthree\n")]
    [InlineData("echo one; echo two >/proc/self/fd/1; echo three", "one\ntwo\nthree\n")]
    [InlineData("echo one; echo two | tee /dev/stderr >/dev/null; echo three", "one\ntwo\nthree\n")]
    [InlineData("echo one; : >/dev/stdout; : >/dev/stderr; echo two", "one\ntwo\n")]
    public async Task Output_StreamOpenedAgain_KeepsWhatWasWritten(string line, string expected)
    {
        var whole = await host.AddAsync(line);
        var limited = await host.AddAsync(line, c => c with { MaxOutputBytes = 1000 });

        Assert.True((await host.ResultAsync(whole)).Succeeded && (await host.ResultAsync(limited)).Succeeded);
        Assert.Equal((expected, expected), (host.Output(whole), host.Output(limited)));
    }

    [Fact]
    public async Task Output_SeparateErrorsOpenedAgain_KeepWhatWasWritten()
    {
        var id = await host.AddAsync("echo o1; echo one >&2; echo two >/dev/stderr; echo three >&2; echo o2", c => c with { SeparateErrors = true });
        await host.EndAsync(id);

        Assert.Equal(("o1\no2\n", "one\ntwo\nthree\n"), (host.Output(id), await File.ReadAllTextAsync(host.Files.ErrorLog(id, 1))));
    }

    [Fact]
    public async Task Output_ProcessLeftBehindOnPurpose_HoldsNothingUpAndItsOutputIsKept()
    {
        // What has not left the session when the command ends, ends with it.
        var left = host.In("left");
        var id = await host.AddAsync($"echo begun; setsid sh -c 'touch {left}; while [ ! -e {host.In("go")} ]; do sleep 0.02; done; echo late' & while [ ! -e {left} ]; do sleep 0.02; done; echo done");

        Assert.True((await host.ResultAsync(id)).Succeeded);
        Assert.Equal("begun\ndone\n", host.Output(id));
        await File.WriteAllTextAsync(host.In("go"), "");
        await host.OutputAsync(id, "late");
    }

    [Fact]
    public async Task Output_StoppedCommand_HasAllItWrote()
    {
        var id = await host.AddAsync("seq 1 20000; echo last; kill -9 0");
        await host.EndAsync(id);

        Assert.EndsWith("20000\nlast\n", host.Output(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_LogDirectoryEmptiedBefore_IsOpen()
    {
        await host.RunAsync("true");
        System.IO.Directory.Delete(host.Files.LogDirectory, recursive: true);
        var id = await host.AddAsync("read x && echo got $x");
        await host.RunningAsync(id);

        Assert.True(await host.Control.SendAsync(id, "hello\n"u8.ToArray()));
        Assert.True((await host.ResultAsync(id)).Succeeded);
        Assert.Equal("got hello\n", host.Output(id));
    }

    [Fact]
    public async Task LogDirectory_DeletedUnderACommand_NothingButTheLogIsLost()
    {
        var id = await host.AddAsync("echo begun; read x; exit $x");
        await host.OutputAsync(id, "begun");
        System.IO.Directory.Delete(host.Files.LogDirectory, recursive: true);

        Assert.NotNull(await host.Control.FindAsync(id));
        Assert.True(await host.Control.SendAsync(id, "7\n"u8.ToArray()));
        Assert.Equal((7, null), ((await host.ResultAsync(id)).ExitCode, (await host.ResultAsync(id)).Signal));

        var next = await host.AddAsync("echo begun; cat; exit 0");
        await host.OutputAsync(next, "begun");
        System.IO.Directory.Delete(host.Files.LogDirectory, recursive: true);
        Assert.True(await host.Control.CloseInputAsync(next));
        Assert.True((await host.ResultAsync(next)).Succeeded);
    }

    [Fact]
    public async Task LogDirectory_DeletedUnderACommand_CancelStopsAllOfIt()
    {
        var id = await host.AddAsync("setsid sleep 61 & echo begun; sleep 62");
        await host.OutputAsync(id, "begun");
        System.IO.Directory.Delete(host.Files.LogDirectory, recursive: true);

        await host.Queue.Control.CancelAsync(id);

        Assert.Equal(TaskOutcome.Killed, (await host.EndAsync(id)).Outcome);
        Assert.Equal(15, (await host.ResultAsync(id)).Signal);
        Assert.Empty(host.Processes());
    }

    [Fact]
    public async Task LogDirectory_DeletedUnderACommand_ChildrenAreStoppedAtItsEnd()
    {
        var id = await host.AddAsync($"sleep 61 & echo begun; while [ ! -e {host.In("go")} ]; do sleep 0.02; done");
        await host.OutputAsync(id, "begun");
        System.IO.Directory.Delete(host.Files.LogDirectory, recursive: true);
        await File.WriteAllTextAsync(host.In("go"), "");

        Assert.True((await host.ResultAsync(id)).Succeeded);
        Assert.Empty(host.Processes());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Record_NamesAnotherSupervisorMeanwhile_TheCommandRunsOnceAndTheKernelTellsHowItEnded(bool inPlace)
    {
        var id = await host.AddAsync($"echo run >>{host.In("runs")}; echo begun; while [ ! -e {host.In("go")} ]; do sleep 0.02; done; exit 7");
        await host.OutputAsync(id, "begun");
        var path = host.Files.Run(id, 1);
        var forged = string.Join('\n', (await File.ReadAllLinesAsync(path)).Select(line => line.Contains(" | ", StringComparison.Ordinal) ? $"{line.Split(" | ")[0]} | 1 {line.Split(" | ")[1].Split(' ', 2)[1]}" : line)) + "\nexit 0\n";
        if (!inPlace)
        {
            File.Delete(path);
        }

        await File.WriteAllTextAsync(path, forged);
        await File.WriteAllTextAsync(host.In("go"), "");

        Assert.Equal((7, null), ((await host.ResultAsync(id)).ExitCode, (await host.ResultAsync(id)).Signal));
        Assert.Equal("run\n", await File.ReadAllTextAsync(host.In("runs")));
    }

    [Fact]
    public async Task LogDirectory_NotUsable_PutsTheTaskBackUncharged()
    {
        await File.WriteAllTextAsync(host.Files.LogDirectory, "not a directory");
        var id = await host.AddAsync("echo run");
        await CommandHost.UntilAsync(() => new ValueTask<bool>(host.Logs.Contains("could not start", StringComparison.Ordinal)), "error in the log");

        var info = (await host.Queue.Inspector.GetAsync(id))!;
        Assert.Equal((TaskState.Queued, 0), (info.State, info.Attempt));
        Assert.DoesNotContain("   at ", host.Logs, StringComparison.Ordinal);
        File.Delete(host.Files.LogDirectory);
        await host.Queue.Control.RunNowAsync(id);
        Assert.True((await host.ResultAsync(id)).Succeeded);
    }

    [Fact]
    public async Task LogDirectory_Link_IsNotFollowed()
    {
        var elsewhere = host.Directory.CreateSubdirectory("elsewhere");
        File.CreateSymbolicLink(host.Files.LogDirectory, elsewhere.FullName);
        await host.AddAsync("echo run");

        await CommandHost.UntilAsync(() => new ValueTask<bool>(host.Logs.Contains("links are not followed", StringComparison.Ordinal)), "error in the log");
        Assert.Empty(elsewhere.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task Log_Link_IsNotFollowed()
    {
        await host.RunAsync("true");
        await File.WriteAllTextAsync(host.In("precious"), "kept");
        File.CreateSymbolicLink(host.Files.Log(new TaskId(2), 1), host.In("precious"));
        await host.AddAsync("echo run");

        await CommandHost.UntilAsync(() => new ValueTask<bool>(host.Logs.Contains("is a link", StringComparison.Ordinal)), "error in the log");
        Assert.Equal("kept", await File.ReadAllTextAsync(host.In("precious")));
    }

    [Fact]
    public async Task Environment_NamesThatNoShellHolds_ReachTheCommand()
    {
        var given = new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH")!,
            ["cluster.name"] = "blue\n$(x)",
            ["npm-config"] = "",
            ["BASH_FUNC_f%%"] = "() { echo in-f; }",
            ["OPTIND"] = "abc",
            ["IFS"] = "x",
            ["1st"] = "a=b",
            ["PLAIN"] = "p",
            ["DQ_QUEUE"] = "other.db",
        };
        var id = await host.AddAsync(new CommandTask { Arguments = ["cat", "/proc/self/environ"], Environment = given });
        var function = await host.AddAsync(new CommandTask { Arguments = ["bash", "-c", "f"], Environment = given });
        var odd = await host.AddAsync(new CommandTask { Arguments = ["VAR=1"], Environment = given });
        await host.EndAsync(id);

        var variables = host.Output(id).Split('\0').Where(v => v.Length > 0 && !v.StartsWith("DURABLEQUEUE_", StringComparison.Ordinal) && !v.StartsWith("PWD=", StringComparison.Ordinal));
        Assert.Equal(given.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal), variables.Order(StringComparer.Ordinal));
        Assert.DoesNotContain("DURABLEQUEUE_PASSED", host.Output(id), StringComparison.Ordinal);
        Assert.True((await host.ResultAsync(function)).Succeeded);
        Assert.Equal("in-f\n", host.Output(function));
        Assert.Equal(127, (await host.ResultAsync(odd)).ExitCode);
    }

    [Fact]
    public async Task Umask_OfTheWorker_IsTheCommands()
    {
        var own = (await File.ReadAllLinesAsync("/proc/self/status")).Single(line => line.StartsWith("Umask:", StringComparison.Ordinal))["Umask:".Length..].Trim();
        var id = await host.AddAsync("umask");
        await host.EndAsync(id);

        Assert.Equal(own, host.Output(id).Trim());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.Files.Run(id, 1)));
    }

    [Fact]
    public async Task Descriptors_OfTheCommand_AreTheThreeAndNoMore()
    {
        foreach (var (noInput, separate) in new[] { (false, false), (true, true), (true, false), (false, true) })
        {
            var id = await host.AddAsync("ls /proc/$$/fd; true", c => c with { NoInput = noInput, SeparateErrors = separate });
            await host.EndAsync(id);

            Assert.Equal(["0", "1", "2"], host.Output(id).Trim().Split('\n'));
        }
    }

    [Fact]
    public void ToPayload_EqualEnvironmentsInAnotherOrder_AreTheSameBytes()
    {
        var one = new CommandTask { CommandLine = "true", Environment = new Dictionary<string, string> { ["B"] = "2", ["a"] = "1", ["A"] = "0" } };
        var other = new CommandTask { CommandLine = "true", Environment = new Dictionary<string, string> { ["A"] = "0", ["B"] = "2", ["a"] = "1" } };

        Assert.Equal(one.ToPayload(), other.ToPayload());
    }

    [Fact]
    public void ToTask_HalfOfASurrogatePair_IsRefused()
    {
        Assert.Contains("surrogate", Assert.Throws<ArgumentException>(() => new CommandTask { CommandLine = "echo \ud800" }.ToTask()).Message, StringComparison.Ordinal);
        var environment = new Dictionary<string, string> { ["A"] = "\udc00" };
        Assert.Contains("'A'", Assert.Throws<ArgumentException>(() => new CommandTask { CommandLine = "true", Environment = environment }.ToTask()).Message, StringComparison.Ordinal);
        Assert.NotNull(new CommandTask { CommandLine = "echo \ud83d\ude00" }.ToTask());
    }

    [Fact]
    public async Task Failure_OfTheCommand_IsOneLineOfTheLog()
    {
        var id = await host.AddAsync("exit 3");
        await host.EndAsync(id);

        await CommandHost.UntilAsync(() => new ValueTask<bool>(host.Logs.Contains("failed: The command ended with exit code 3.", StringComparison.Ordinal)), "line in the log");
        Assert.DoesNotContain("   at ", host.Logs, StringComparison.Ordinal);
    }
}
