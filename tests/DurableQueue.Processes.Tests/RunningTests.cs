using System.Globalization;
using System.Text;
using Xunit;

namespace DurableQueue.Processes.Tests;

/// <summary>What a command finds when it runs, and what is told of its end.</summary>
public sealed class RunningTests : IAsyncLifetime
{
    private CommandHost host = null!;

    public async Task InitializeAsync() => host = await CommandHost.StartAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData("true", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("exit 137", 137)]
    [InlineData("exit 130", 130)]
    [InlineData("exit 255", 255)]
    public async Task Run_ExitCode_IsThatOfTheCommand(string line, int code)
    {
        var id = await host.AddAsync(line);
        var info = await host.EndAsync(id);

        var result = await host.ResultAsync(id);
        Assert.Equal((code, null), (result.ExitCode, result.Signal));
        Assert.Equal(code == 0 ? TaskOutcome.Succeeded : TaskOutcome.Failed, info.Outcome);
        Assert.True(result.StartedAt <= result.EndedAt && result.Pid > 1);
    }

    [Theory]
    [InlineData("KILL", 9)]
    [InlineData("TERM", 15)]
    [InlineData("SEGV", 11)]
    [InlineData("USR1", 10)]
    public async Task Run_EndedBySignal_IsToldAsSignal(string signal, int number)
    {
        var id = await host.AddAsync($"kill -{signal} $$");

        var result = await host.ResultAsync(id);

        Assert.Equal((null, number, signal), (result.ExitCode, result.Signal, result.SignalName));
        Assert.Equal($"The command was ended by signal {number} ({signal}).", (await host.EndAsync(id)).LastError);
    }

    [Fact]
    public async Task Run_Arguments_AreParsedByNobody()
    {
        string[] arguments = ["VAR=1", "a b", "$HOME", "'", "\"", "*", "", "--", "ä\nö", "`x`"];

        var id = await host.AddAsync(new CommandTask { Arguments = ["printf", "<%s>\n", .. arguments] });

        Assert.True((await host.ResultAsync(id)).Succeeded);
        Assert.Equal(string.Concat(arguments.Select(argument => $"<{argument}>\n")), host.Output(id));
    }

    [Theory]
    [InlineData("no-such-program-here", 127, "not found")]
    [InlineData("/", 126, "denied")]
    public async Task Run_ProgramThatCannotRun_SaysSoInTheLog(string program, int code, string said)
    {
        var id = await host.AddAsync(new CommandTask { Arguments = [program] });

        Assert.Equal(code, (await host.ResultAsync(id)).ExitCode);
        Assert.Contains(said, host.Output(id), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Run_WorkingDirectory_IsWhereItRuns()
    {
        var id = await host.AddAsync("pwd", c => c with { WorkingDirectory = host.Directory.FullName });
        await host.EndAsync(id);
        var none = await host.AddAsync("pwd", c => c with { WorkingDirectory = host.In("missing") });

        Assert.Equal($"{host.Directory.FullName}\n", host.Output(id));
        Assert.Contains($"the directory '{host.In("missing")}' does not exist", (await host.EndAsync(none)).LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Environment_IsTheOneGivenAndWhatTheQueueTells()
    {
        await host.Queue.Groups.EnsureAsync("gpu");
        var id = await host.AddAsync(
            "env", c => c with { Environment = new Dictionary<string, string> { ["A"] = "x=y z", ["DURABLEQUEUE_TASK_ID"] = "99" } }, t => t with { Group = "gpu" });
        await host.EndAsync(id);

        var variables = host.Output(id).Split('\n').Where(line => !line.StartsWith("PWD=", StringComparison.Ordinal) && !line.StartsWith("DURABLEQUEUE_RUN=", StringComparison.Ordinal));
        Assert.Equal(
            ["", "A=x=y z", $"DQ_QUEUE={host.QueuePath}", "DURABLEQUEUE_ATTEMPT=1", "DURABLEQUEUE_GROUP=gpu", $"DURABLEQUEUE_QUEUE={host.QueuePath}", "DURABLEQUEUE_SLOT=0", $"DURABLEQUEUE_TASK_ID={id}"],
            variables.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_NoEnvironmentGiven_HasTheWorkers()
    {
        var id = await host.AddAsync("echo \"$PATH\"");
        await host.EndAsync(id);

        Assert.Equal($"{Environment.GetEnvironmentVariable("PATH")}\n", host.Output(id));
    }

    [Fact]
    public async Task Run_Slots_AreTheLowestFreeOfTheGroup()
    {
        var gate = host.In("gate");
        var ids = new List<TaskId>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await host.AddAsync($"echo slot $DURABLEQUEUE_SLOT; while [ ! -e {gate}{i} ]; do sleep 0.02; done"));
            await host.OutputAsync(ids[i], $"slot {i}");
        }

        await File.WriteAllTextAsync($"{gate}1", "");
        await host.EndAsync(ids[1]);
        var next = await host.AddAsync("echo slot $DURABLEQUEUE_SLOT");
        await host.EndAsync(next);

        Assert.Equal("slot 1\n", host.Output(next));
        await File.WriteAllTextAsync($"{gate}0", "");
        await File.WriteAllTextAsync($"{gate}2", "");
        await host.EndAsync(ids[0]);
        await host.EndAsync(ids[2]);
    }

    [Fact]
    public async Task Run_BothStreams_AreInTheLogInOrder()
    {
        var id = await host.AddAsync("echo one; echo two >&2; echo three");
        var result = await host.ResultAsync(id);

        Assert.Equal("one\ntwo\nthree\n", host.Output(id));
        Assert.Equal(14, result.OutputBytes);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.Files.Log(id, 1)));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(host.Files.LogDirectory));
    }

    [Fact]
    public async Task Run_SeparateErrors_AreInAFileOfTheirOwn()
    {
        var id = await host.AddAsync("echo one; echo two >&2; echo three", c => c with { SeparateErrors = true });
        await host.EndAsync(id);

        Assert.Equal("one\nthree\n", host.Output(id));
        Assert.Equal("two\n", await File.ReadAllTextAsync(host.Files.ErrorLog(id, 1)));
    }

    [Theory]
    [InlineData(1_000, "seq 1 100000; exit 4", 4, true)]
    [InlineData(5, "printf 12345", 0, false)]
    [InlineData(5, "printf 123456", 0, true)]
    [InlineData(1_000_000, "seq 1 10; kill -9 $$", null, false)]
    public async Task Run_MaxOutputBytes_KeepsThatMuchAndSaysSo(int most, string line, int? code, bool cut)
    {
        var id = await host.AddAsync(line, c => c with { MaxOutputBytes = most });
        var result = await host.ResultAsync(id);

        Assert.Equal((code, cut), (result.ExitCode, result.OutputCut));
        var output = host.Output(id);
        Assert.Equal(cut, output.EndsWith($"\n[output cut: {most} bytes are kept]\n", StringComparison.Ordinal));
        Assert.True(output.Length <= most + 60, $"{output.Length}");
    }

    [Fact]
    public async Task Timeout_WithLimitedOutput_KillsWhatIgnoresTerm()
    {
        CommandResult result;
        var timeout = TimeSpan.FromMilliseconds(250);
        do
        {
            // On a slow machine the shell may not have come to ignore the signal: then it needs more time.
            timeout *= 2;
            result = await host.RunAsync(
                $"trap '' TERM; touch {host.In("ready")}; echo ready; while :; do sleep 0.05; done",
                c => c with { MaxOutputBytes = 100, KillGrace = TimeSpan.FromMilliseconds(200) },
                t => t with { Timeout = timeout });
        }
        while (!File.Exists(host.In("ready")) && timeout < CommandHost.Guard);

        Assert.Equal(9, result.Signal);
        Assert.Empty(host.Processes());
    }

    [Fact]
    public async Task Send_TextAndEnd_AreReadByTheCommand()
    {
        var id = await host.AddAsync("cat; echo end");
        await host.RunningAsync(id);

        Assert.True(await host.Control.SendAsync(id, Encoding.UTF8.GetBytes("hello\n")));
        await host.OutputAsync(id, "hello");
        Assert.True(await host.Control.SendAsync(id, Encoding.UTF8.GetBytes("again\n")));
        Assert.True(await host.Control.CloseInputAsync(id));

        Assert.True((await host.ResultAsync(id)).Succeeded);
        Assert.Equal("hello\nagain\nend\n", host.Output(id));
        Assert.False(File.Exists(host.Files.Input(id, 1)));
        Assert.False(await host.Control.SendAsync(id, Encoding.UTF8.GetBytes("late")));
    }

    [Fact]
    public async Task Send_MoreThanThePipeHolds_ArrivesWhole()
    {
        var id = await host.AddAsync("sleep 0.2; wc -c");
        await host.RunningAsync(id);

        Assert.True(await host.Control.SendAsync(id, new byte[300_000]).AsTask().WaitAsync(CommandHost.Guard));
        Assert.True(await host.Control.CloseInputAsync(id));

        await host.EndAsync(id);
        Assert.Equal("300000", host.Output(id).Trim());
    }

    [Fact]
    public async Task Run_NoInput_ReadsTheEndAtOnce()
    {
        var id = await host.AddAsync($"cat; while [ ! -e {host.In("go")} ]; do sleep 0.02; done", c => c with { NoInput = true });
        await host.RunningAsync(id);

        Assert.False(await host.Control.SendAsync(id, new byte[1]));
        await File.WriteAllTextAsync(host.In("go"), "");
        Assert.True((await host.ResultAsync(id)).Succeeded);
    }

    [Fact]
    public async Task Signal_ByName_IsCaughtByTheCommandAndSurvivedByItsInput()
    {
        var id = await host.AddAsync("trap 'echo caught' USR1; echo ready; read line; read line; echo \"got $line\"; exit 7");
        await host.OutputAsync(id, "ready");

        Assert.True(await host.Control.SignalAsync(id, "usr1"));
        await host.OutputAsync(id, "caught");
        Assert.True(await host.Control.SendAsync(id, Encoding.UTF8.GetBytes("x\ny\n")));

        Assert.Equal(7, (await host.ResultAsync(id)).ExitCode);
        Assert.Contains("got ", host.Output(id), StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(async () => await host.Control.SignalAsync(id, "NOSUCH"));
        Assert.False(await host.Control.SignalAsync(id, "TERM"));
    }

    [Theory]
    [InlineData("SIGINT", 2)]
    [InlineData("KILL", 9)]
    public async Task Signal_ThatEndsTheCommand_IsToldAsSignal(string signal, int number)
    {
        var id = await host.AddAsync("echo ready; sleep 60");
        await host.OutputAsync(id, "ready");

        Assert.True(await host.Control.SignalAsync(id, signal));

        Assert.Equal(number, (await host.ResultAsync(id)).Signal);
        Assert.Empty(host.Processes());
    }

    [Fact]
    public async Task Pause_RunningCommand_StandsStillUntilResumed()
    {
        var id = await host.AddAsync("echo ready; while [ ! -e stop ]; do sleep 0.02; date +%N >tick; done", c => c with { WorkingDirectory = host.Directory.FullName });
        await host.OutputAsync(id, "ready");
        Assert.True(await host.Control.PauseAsync(id));
        Assert.True((await host.Control.FindAsync(id))?.Paused);
        await File.WriteAllTextAsync(host.In("stop"), "");

        Assert.Equal(TaskState.CheckedOut, (await host.Queue.Inspector.GetAsync(id))?.State);
        Assert.True(await host.Control.ResumeAsync(id));

        Assert.True((await host.ResultAsync(id)).Succeeded);
    }

    [Fact]
    public async Task Cancel_PausedCommand_EndsIt()
    {
        var id = await host.AddAsync("echo ready; sleep 60");
        await host.OutputAsync(id, "ready");
        await host.Control.PauseAsync(id);

        await host.Queue.Control.CancelAsync(id);

        Assert.Equal(TaskOutcome.Killed, (await host.EndAsync(id)).Outcome);
        Assert.Empty(host.Processes());
    }

    [Fact]
    public async Task Timeout_Reached_StopsAllOfItAndIsTimedOut()
    {
        // A grandchild that outlives its parent and does not listen, and one that has left the session.
        var id = await host.AddAsync(
            "(trap '' TERM; sleep 60) & setsid sleep 61 & sleep 62",
            c => c with { KillGrace = TimeSpan.FromMilliseconds(300) },
            t => t with { Timeout = TimeSpan.FromMilliseconds(500) });

        Assert.Equal(TaskOutcome.TimedOut, (await host.EndAsync(id)).Outcome);

        Assert.Equal(15, (await host.ResultAsync(id)).Signal);
        Assert.Empty(host.Processes());
    }

    [Fact]
    public async Task Cancel_CommandThatIgnoresTerm_IsKilledAfterTheGraceAndNotTriedAgain()
    {
        var id = await host.AddAsync(
            "trap '' TERM; echo ready; while :; do sleep 0.05; done", c => c with { KillGrace = TimeSpan.FromMilliseconds(200) }, t => t with { MaxAttempts = 5 });
        await host.OutputAsync(id, "ready");

        await host.Queue.Control.CancelAsync(id);

        var info = await host.EndAsync(id);
        Assert.Equal((TaskOutcome.Killed, 1), (info.Outcome, info.Attempt));
        Assert.Equal(9, (await host.ResultAsync(id)).Signal);
        Assert.Empty(host.Processes());
    }

    [Fact]
    public async Task Cancel_CommandThatCleansUp_HasTheGraceForIt()
    {
        var id = await host.AddAsync("trap 'echo cleaned; exit 0' TERM; echo ready; while :; do sleep 0.02; done");
        await host.OutputAsync(id, "ready");

        await host.Queue.Control.CancelAsync(id);

        Assert.Equal(TaskOutcome.Killed, (await host.EndAsync(id)).Outcome);
        Assert.Equal(0, (await host.ResultAsync(id)).ExitCode);
        Assert.EndsWith("cleaned\n", host.Output(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EndsAndLeavesAChild_TheChildIsStopped()
    {
        var id = await host.AddAsync("sleep 60 & echo done");

        Assert.True((await host.ResultAsync(id)).Succeeded);
        Assert.Empty(host.Processes());
    }

    [Fact]
    public async Task Stop_ByControl_FailsTheAttempt()
    {
        var id = await host.AddAsync("echo ready; sleep 60");
        await host.OutputAsync(id, "ready");

        Assert.True(await host.Control.StopAsync(id));

        Assert.Equal(TaskOutcome.Failed, (await host.EndAsync(id)).Outcome);
        Assert.Equal("TERM", (await host.ResultAsync(id)).SignalName);
        Assert.Empty(host.Processes());
    }

    [Fact]
    public async Task Run_FailsAtFirst_IsTriedAgainWithALogOfItsOwn()
    {
        var id = await host.AddAsync(
            $"echo attempt $DURABLEQUEUE_ATTEMPT; [ -e {host.In("mark")} ] || {{ touch {host.In("mark")}; exit 5; }}",
            task: t => t with { MaxAttempts = 2, Retry = RetryPolicy.Immediate });

        var info = await host.EndAsync(id);

        Assert.Equal((TaskOutcome.Succeeded, 2), (info.Outcome, info.Attempt));
        Assert.Equal(("attempt 1\n", "attempt 2\n"), (host.Output(id, 1), host.Output(id, 2)));
        Assert.Equal([1, 2], host.Files.Attempts(id));
        Assert.Equal("The command ended with exit code 5.", Assert.Single(await host.Queue.Inspector.GetAttemptsAsync(id)).Error);
    }

    [Fact]
    public async Task Retry_InPlace_RunsAnewAndReplacesTheLog()
    {
        var id = await host.AddAsync($"date +%N >>{host.In("runs")}; echo $(wc -l <{host.In("runs")})");
        await host.EndAsync(id);

        await host.Queue.Control.RetryAsync(id);

        Assert.True((await host.ResultAsync(id)).Succeeded);
        Assert.Equal("2\n", host.Output(id));
    }

    [Fact]
    public async Task Run_PayloadOutOfLimits_FailsForGood()
    {
        var id = await host.Queue.EnqueueAsync(new NewTask(CommandTask.TypeName, "{}"u8.ToArray()) { MaxAttempts = 5 });

        var info = await host.EndAsync(id);

        Assert.Equal((TaskOutcome.Failed, 1), (info.Outcome, info.Attempt));
        Assert.Contains("Either CommandLine or Arguments must be set", info.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LineLongerThanTheSystemTakes_SaysSo()
    {
        var id = await host.AddAsync($": {new string('x', 200_000)}");

        Assert.Contains("too long for the system", (await host.EndAsync(id)).LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ControlsThatDoNotWork_RunsWithout()
    {
        var id = await host.AddAsync("nice", c => c with { Nice = 5, IoNice = 7, CpuWeight = 50, MemoryMaxBytes = 1_000_000_000 });

        Assert.True((await host.ResultAsync(id)).Succeeded);
        Assert.Equal("5\n", host.Output(id));
    }

    [Fact]
    public async Task Run_SecretsInTheEnvironment_AreInNoLogErrorOrNotification()
    {
        const string secret = "s3cr3t-value";
        var command = new CommandTask
        {
            CommandLine = "echo \"token is $API_TOKEN\"; exit 3",
            Environment = new Dictionary<string, string> { ["API_TOKEN"] = secret },
            Watch = [new OutputPattern("token is (.*)")],
        };
        var id = await host.AddAsync(command);
        var info = await host.EndAsync(id);

        var notifications = await host.Queue.Notifications.ListAsync();
        Assert.Equal(["token is ***"], notifications.Where(n => n.Topic == "output").Select(n => n.Text));
        Assert.DoesNotContain(secret, string.Concat(notifications), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, host.Logs, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, info.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, command.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, await File.ReadAllTextAsync(host.Files.Run(id, 1)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exit_Always_RaisesANotificationOnce()
    {
        var good = await host.AddAsync("true", task: t => t with { Label = "nightly" });
        await host.EndAsync(good);
        var bad = await host.AddAsync("exit 9");
        await host.EndAsync(bad);

        var exits = (await host.Queue.Notifications.ListAsync()).Where(n => n.Topic == "exit").ToArray();

        Assert.Equal([(good, "0"), (bad, "9")], exits.Select(n => (n.TaskId!.Value, n.Name)));
        Assert.Equal($"Task {good} (nightly), attempt 1: The command ended with exit code 0.", exits[0].Text);
    }

    [Fact]
    public async Task Pipe_ClosedByItsReader_EndsTheWriterAsUsual()
    {
        var id = await host.AddAsync("yes | head -n 1; echo end");

        Assert.True((await host.ResultAsync(id)).Succeeded);
        Assert.Equal("y\nend\n", host.Output(id));
    }
}
