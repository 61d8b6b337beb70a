using Xunit;

namespace DurableQueue.Processes.Tests;

/// <summary>Which matches in the output raise notifications.</summary>
public sealed class OutputWatchTests : IAsyncLifetime
{
    private CommandHost host = null!;

    public async Task InitializeAsync() => host = await CommandHost.StartAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Watch_FirstMatch_IsRaisedWhileTheCommandRuns()
    {
        var id = await AddAsync(
            "echo starting; echo listening on 80; echo listening on 81; read line", new OutputPattern("listening on (\\d+)") { Name = "up" });

        await using var stream = host.Queue.Notifications.SubscribeAsync("me").GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync().AsTask().WaitAsync(CommandHost.Guard));

        Assert.Equal(("output", "listening on 80", "up", id), (stream.Current.Topic, stream.Current.Text, stream.Current.Name, stream.Current.TaskId));
        Assert.Equal(TaskState.CheckedOut, (await host.Queue.Inspector.GetAsync(id))?.State);
        await host.Control.CloseInputAsync(id);
        Assert.Equal(["listening on 80"], await OutputsAsync(id));
    }

    [Fact]
    public async Task Watch_Transition_IsRaisedForEachChange() => Assert.Equal(
        ["status ok a", "status bad c", "status ok d"],
        await RunAsync(
            "echo status ok a; echo status ok b; echo other; echo status bad c; echo status ok d; echo status ok e",
            new OutputPattern("status (ok|bad)") { Mode = OutputWatchMode.Transition }));

    [Fact]
    public async Task Watch_Always_IsRaisedForEachUpToTheCount() => Assert.Equal(
        ["line 1", "line 2", "line 3"],
        await RunAsync("for i in 1 2 3 4 5; do echo line $i; done", new OutputPattern("line") { Mode = OutputWatchMode.Always, MaxCount = 3 }));

    [Fact]
    public async Task Watch_Always_IsRaisedUpToTheBytes() => Assert.Equal(
        ["line 1", "line 2"],
        await RunAsync("for i in 1 2 3 4 5; do echo line $i; done", new OutputPattern("line") { Mode = OutputWatchMode.Always, MaxBytes = 15 }));

    [Fact]
    public async Task Watch_Settle_RaisesTheLastOfABurst() => Assert.Equal(
        ["line 5"],
        await RunAsync(
            "for i in 1 2 3 4 5; do echo line $i; done; sleep 0.3",
            new OutputPattern("line") { Mode = OutputWatchMode.Always, Settle = TimeSpan.FromMinutes(5) }));

    [Fact]
    public async Task Watch_HostilePattern_CostsTheCommandNothing()
    {
        var began = TimeProvider.System.GetTimestamp();

        Assert.Empty(await RunAsync($"for i in $(seq 1 50); do echo {new string('a', 40)}; done", new OutputPattern("^(a+)+$x|(a+)+b") { Mode = OutputWatchMode.Always }));

        Assert.True(TimeProvider.System.GetElapsedTime(began) < CommandHost.Guard);
        Assert.Contains("is no longer watched", host.Logs, StringComparison.Ordinal);
        Assert.Equal(["output-disabled"], (await host.Queue.Notifications.ListAsync()).Where(n => n.Topic != "exit").Select(n => n.Topic));
    }

    [Fact]
    public async Task Watch_AnyOutput_RaisesWhatIsNewWhenItIsQuiet()
    {
        var id = await AddAsync("echo one; echo two; read line; printf 'name? '; read line; echo thanks", OutputPattern.AnyOutput);
        await using var stream = host.Queue.Notifications.SubscribeAsync("me").GetAsyncEnumerator();

        Assert.Equal("two", (await NextAsync(stream)).Text);
        await host.Control.SendAsync(id, "go\n"u8.ToArray());
        var prompt = await NextAsync(stream);
        Assert.Equal(("name? ", null), (prompt.Text, prompt.Name));
        await host.Control.SendAsync(id, "me\n"u8.ToArray());

        Assert.Equal("thanks", (await NextAsync(stream)).Text);
        var exit = await NextAsync(stream);
        Assert.Equal(("exit", "one\ntwo\nname? thanks\n"), (exit.Topic, CommandWake.FromNotification(exit)!.Tail));
    }

    [Fact]
    public async Task Watch_AnyOutputAgainAndAgainTheSame_IsRaisedOnce()
    {
        var id = await AddAsync(
            "for i in 1 2 3 4; do echo waiting; read line; done; echo ready; read line", OutputPattern.AnyOutput with { Settle = TimeSpan.FromMilliseconds(1) });
        for (var i = 1; i <= 4; i++)
        {
            await host.OutputAsync(id, string.Concat(Enumerable.Repeat("waiting\n", i)));
            await Task.WhenAll(NotifiedAsync("waiting"), host.Control.SendAsync(id, "\n"u8.ToArray()).AsTask());
        }

        await NotifiedAsync("ready");
        await host.Control.CloseInputAsync(id);

        Assert.Equal(["waiting", "ready"], await OutputsAsync(id));
    }

    [Fact]
    public async Task Watch_AnyOutputAlways_IsRaisedForTheSameToo()
    {
        var id = await AddAsync("echo same; read line; echo same; read line", OutputPattern.AnyOutput with { Mode = OutputWatchMode.Always });
        await NotifiedAsync("same");
        await host.Control.SendAsync(id, "\n"u8.ToArray());
        await CommandHost.UntilAsync(async () => (await host.Queue.Notifications.ListAsync()).Count == 2, "second notification");
        await host.Control.CloseInputAsync(id);

        Assert.Equal(["same", "same"], await OutputsAsync(id));
    }

    [Fact]
    public async Task Watch_OutputThatIsNeverQuiet_IsRaisedAfterTenTimesTheSettleTime()
    {
        var id = await AddAsync(
            "i=0; while [ ! -e stop ]; do i=$((i+1)); echo line $i; sleep 0.05; done", OutputPattern.AnyOutput with { Settle = TimeSpan.FromMilliseconds(200) });

        await using var stream = host.Queue.Notifications.SubscribeAsync("me").GetAsyncEnumerator();
        Assert.Equal("output", (await NextAsync(stream)).Topic);
        Assert.Equal("output", (await NextAsync(stream)).Topic);
        Assert.Equal(TaskState.CheckedOut, (await host.Queue.Inspector.GetAsync(id))?.State);
        await host.Queue.Control.CancelAsync(id);
        await host.EndAsync(id);
    }

    [Fact]
    public async Task Watch_LineWithoutEnd_IsMatchedWhenItIsQuietAndNoSecondTime()
    {
        var id = await AddAsync("printf 'continue? [y/N] '; read line; echo yes", new OutputPattern("continue\\?") { Mode = OutputWatchMode.Always });

        await NotifiedAsync("continue? [y/N] ");
        await host.Control.SendAsync(id, "y\n"u8.ToArray());

        Assert.Equal(["continue? [y/N] "], await OutputsAsync(id));
    }

    [Fact]
    public async Task Watch_RepaintedLine_IsMatchedEachTime() => Assert.Equal(
        ["50%", "100%"],
        await RunAsync("printf '10%%\\r50%%\\r99%%\\r100%%\\n'", new OutputPattern("^(50|100)%") { Mode = OutputWatchMode.Always }));

    [Fact]
    public async Task Watch_VeryLongLine_IsWatchedInPieces()
    {
        var id = await AddAsync("head -c 100000000 /dev/zero | tr '\\0' x; echo needle", new OutputPattern("needle"));
        await host.EndAsync(id);

        var wake = Assert.Single(await host.Queue.Notifications.QueryAsync(new NotificationQuery { Topics = ["output"] }));
        Assert.InRange(wake.Text.Length, 6, 1_024);
        Assert.EndsWith("needle\n", CommandWake.FromNotification(wake)!.Tail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Budget_MoreThanMaxWakes_RaisesOneNoticeAndTheEnd()
    {
        var id = await host.AddAsync("for i in 1 2 3 4 5 6; do echo line $i; done; exit 3", c => c with
        {
            Watch = [new OutputPattern("line [1-3]") { Mode = OutputWatchMode.Always }, new OutputPattern("line [2-6]") { Mode = OutputWatchMode.Always }],
            MaxWakes = 4,
        });
        await host.EndAsync(id);

        var raised = await host.Queue.Notifications.ListAsync();
        Assert.Equal(["line 1", "line 2", "line 2", "line 3"], raised.Where(n => n.Topic == "output").Select(n => n.Text));
        Assert.Equal(["output", "output", "output", "output", "output-budget", "exit"], raised.Select(n => n.Topic));
        Assert.Contains("budget exhausted after 4 notifications", raised[4].Text, StringComparison.Ordinal);
        Assert.Equal("3", raised[5].Name);
    }

    [Fact]
    public async Task Budget_ExactlyMaxWakes_RaisesNoNotice()
    {
        var id = await host.AddAsync("echo line 1; echo line 2", c => c with { Watch = [new OutputPattern("line") { Mode = OutputWatchMode.Always }], MaxWakes = 2 });
        await host.EndAsync(id);

        Assert.Equal(["output", "output", "exit"], (await host.Queue.Notifications.ListAsync()).Select(n => n.Topic));
    }

    [Fact]
    public async Task Budget_MaxBytes_LeavesTailsOutAndThenEnds()
    {
        var id = await host.AddAsync(
            "for i in 1 2 3 4 5 6; do echo line $i; done", c => c with { Watch = [new OutputPattern("line") { Mode = OutputWatchMode.Always }], MaxWakeBytes = 25 });
        await host.EndAsync(id);

        var raised = await host.Queue.Notifications.ListAsync();
        Assert.Equal(["output", "output", "output", "output-budget", "exit"], raised.Select(n => n.Topic));
        Assert.Equal(["line 1\n", "", ""], raised.Take(3).Select(n => CommandWake.FromNotification(n)!.Tail));
    }

    [Fact]
    public async Task Budget_Off_RaisesAll()
    {
        var id = await host.AddAsync("seq 1 150", c => c with { Watch = [new OutputPattern("^") { Mode = OutputWatchMode.Always }], MaxWakes = 0, MaxWakeBytes = 0 });
        await host.EndAsync(id);

        Assert.Equal(Enumerable.Range(1, 150).Select(n => $"{n}"), (await host.Queue.Notifications.QueryAsync(new NotificationQuery { Limit = 1_000, Topics = ["output"] })).Select(n => n.Text));
    }

    [Fact]
    public async Task Budget_FurtherAttempts_ContinueWithWhatIsLeftUntilARetry()
    {
        var id = await host.AddAsync(
            "echo line 1; echo line 2; exit 1",
            c => c with { Watch = [new OutputPattern("line") { Mode = OutputWatchMode.Always }], MaxWakes = 3 },
            t => t with { MaxAttempts = 3, Retry = RetryPolicy.Exponential(TimeSpan.FromMilliseconds(1)) });
        await host.EndAsync(id);
        Assert.Equal(["line 1", "line 2", "line 1"], (await host.Queue.Notifications.QueryAsync(new NotificationQuery { Topics = ["output"] })).Select(n => n.Text));
        Assert.Single(await host.Queue.Notifications.QueryAsync(new NotificationQuery { Topics = ["output-budget"] }));
        Assert.Equal(3, (await host.Queue.Notifications.QueryAsync(new NotificationQuery { Topics = ["exit"] })).Count);

        await host.Queue.Control.RetryAsync(id);
        await host.EndAsync(id);

        Assert.Equal(6, (await host.Queue.Notifications.QueryAsync(new NotificationQuery { Topics = ["output"] })).Count);
        Assert.Equal(2, (await host.Queue.Notifications.QueryAsync(new NotificationQuery { Topics = ["output-budget"] })).Count);
    }

    [Fact]
    public async Task Kill_WatchedCommand_VoidsItsOutputAndLeavesItsEnd()
    {
        var id = await AddAsync("trap 'echo line last; exit 1' TERM; echo line first; while :; do sleep 0.02; done", new OutputPattern("line") { Mode = OutputWatchMode.Always });
        await NotifiedAsync("line first");

        await host.Queue.Control.CancelAsync(id);
        await host.EndAsync(id);

        Assert.Equal("exit", Assert.Single(await host.Queue.Notifications.ListAsync()).Topic);
    }

    [Fact]
    public async Task Wake_Output_CarriesTailAndManifest()
    {
        var id = await host.AddAsync(
            "echo before; echo boom >&2; echo now; read line; exit 4",
            c => c with { Watch = [new OutputPattern("now")], WorkingDirectory = "/" }, t => t with { Label = "mine", Group = "g" });
        await NotifiedAsync("now");
        await host.Control.CloseInputAsync(id);
        await host.EndAsync(id);

        var raised = await host.Queue.Notifications.QueryAsync(new NotificationQuery { Labels = ["mine"], Groups = ["g"], Tasks = [id] });
        var (wake, end) = (CommandWake.FromNotification(raised[0])!, CommandWake.FromNotification(raised[1])!);
        Assert.Equal(
            new CommandWake
            {
                Attempt = 1,
                Command = "echo before; echo boom >&2; echo now; read line; exit 4",
                WorkingDirectory = "/",
                Log = host.Files.Log(id, 1),
                Tail = "before\nboom\nnow\n",
            },
            wake);
        Assert.Equal(wake with { ExitCode = 4 }, end);
    }

    [Fact]
    public async Task Wake_SeparateErrors_NamesTheFileThatMatched()
    {
        var id = await host.AddAsync("echo boom >&2", c => c with { SeparateErrors = true, Watch = [new OutputPattern("boom")] });
        await host.EndAsync(id);

        Assert.Equal(
            [(host.Files.ErrorLog(id, 1), "boom\n"), (host.Files.ErrorLog(id, 1), "boom\n")],
            (await host.Queue.Notifications.ListAsync()).Select(n => CommandWake.FromNotification(n)!).Select(wake => (wake.Log, wake.Tail)));
    }

    [Fact]
    public async Task Exit_CommandThatCannotStart_IsRaised()
    {
        var id = await host.AddAsync(new CommandTask { CommandLine = "true", WorkingDirectory = "/nowhere" });
        await host.EndAsync(id);

        Assert.Equal(("exit", id), (Assert.Single(await host.Queue.Notifications.ListAsync()).Topic, (await host.Queue.Notifications.ListAsync())[0].TaskId));
    }

    [Fact]
    public async Task Watch_LineWithoutEnd_IsMatchedAtTheEnd() =>
        Assert.Equal(["last words"], await RunAsync("printf 'last words'", new OutputPattern("words$")));

    [Fact]
    public async Task Watch_ErrorsApart_AreWatchedToo()
    {
        var id = await host.AddAsync("echo boom >&2", c => c with { SeparateErrors = true, Watch = [new OutputPattern("BOOM") { IgnoreCase = true }] });
        Assert.Equal(["boom"], await OutputsAsync(id));
    }

    [Fact]
    public void Watch_NoRegularExpression_IsRefusedAtTheEnqueue()
    {
        var error = Assert.Throws<ArgumentException>(() => new CommandTask { CommandLine = "true", Watch = [new OutputPattern("(")] }.ToTask());

        Assert.Contains("'('", error.Message, StringComparison.Ordinal);
    }

    private ValueTask<TaskId> AddAsync(string line, OutputPattern pattern) => host.AddAsync(line, c => c with { Watch = [pattern] });

    private async Task<IEnumerable<string>> RunAsync(string line, OutputPattern pattern) => await OutputsAsync(await AddAsync(line, pattern));

    private Task NotifiedAsync(string text) =>
        CommandHost.UntilAsync(async () => (await host.Queue.Notifications.ListAsync()).Any(n => n.Text == text), $"notification '{text}'");

    private static async Task<TaskNotification> NextAsync(IAsyncEnumerator<TaskNotification> stream)
    {
        Assert.True(await stream.MoveNextAsync().AsTask().WaitAsync(CommandHost.Guard));
        return stream.Current;
    }

    private async Task<IEnumerable<string>> OutputsAsync(TaskId id)
    {
        await host.EndAsync(id);
        return (await host.Queue.Notifications.ListAsync()).Where(n => n.Topic == "output").Select(n => n.Text);
    }
}
