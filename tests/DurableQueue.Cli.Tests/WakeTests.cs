using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Wake-ups: --watch and its budget, and notify list and follow with filters.</summary>
public sealed class WakeTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private Sandbox Box => fixture.Box;

    [Fact]
    public async Task Watch_WithoutPattern_WakesOnNewOutputAndOnlyIfItDiffers()
    {
        var id = await Box.AddAsync("printf 'name? '; read name; for i in 1 2 3; do echo same; sleep 0.3; done; echo other; exit 3", "--watch", "--settle", "100ms");
        await UntilNotifiedAsync(id, "name? ");
        await Box.DoAsync("send", $"{id}", "me\n");
        await EndAsync(id);

        var all = await ListAsync("--task", $"{id}");
        Assert.Equal([("output", "name? "), ("output", "same"), ("output", "other")], all.SkipLast(1).Select(each => (Text(each, "topic"), Text(each, "text"))));
        var exit = all[^1];
        Assert.Equal(("exit", "3"), (Text(exit, "topic"), Text(exit, "name")));
        Assert.Equal(3, exit.GetProperty("manifest").GetProperty("exit_code").GetInt32());
        Assert.Equal("name? same\nsame\nsame\nother\n", Text(exit, "tail"));
    }

    [Fact]
    public async Task Watch_WithPattern_WakesOnTheFirstMatchWithTailAndManifest()
    {
        var line = "echo starting; echo ready 1; echo ready 2";
        var id = await Box.AddAsync("--watch", "ready", "--label", "with manifest", line);
        await EndAsync(id);

        var wake = Assert.Single(await ListAsync("--task", $"{id}", "--topic", "output"));
        Assert.Equal(("ready 1", "starting\nready 1\n", "ready"), (Text(wake, "text"), Text(wake, "tail"), Text(wake, "name")));
        var manifest = wake.GetProperty("manifest");
        Assert.Equal((id, "with manifest", line), (manifest.GetProperty("id").GetInt64(), Text(manifest, "label"), Text(manifest, "command")));
        Assert.Equal(Box.Files.Log(new TaskId(id), 1), Text(manifest, "log"));
        Assert.Equal(JsonValueKind.Null, manifest.GetProperty("exit_code").ValueKind);
    }

    [Fact]
    public async Task Watch_Budget_EndsWithOneNoticeAndTheExitStillWakes()
    {
        var id = await Box.AddAsync("--watch", "always:tick", "--max-wakes", "2", "for i in 1 2 3 4 5; do echo tick $i; done");
        var bytes = await Box.AddAsync("--watch", "always:tick", "--max-bytes", "20", "for i in 1 2 3 4 5; do echo tick $i; done");
        var off = await Box.AddAsync("--watch", "always:^", "--max-wakes", "0", "--max-bytes", "0", "seq 1 130");
        await Box.DoAsync("wait", $"{id}", $"{bytes}", $"{off}");

        Assert.Equal(["output", "output", "output-budget", "exit"], (await ListAsync("--task", $"{id}")).Select(each => Text(each, "topic")));
        Assert.Contains("budget exhausted", Text((await ListAsync("--task", $"{id}"))[2], "text"), StringComparison.Ordinal);
        Assert.Single(await ListAsync("--task", $"{bytes}", "--topic", "output-budget"));
        Assert.True((await ListAsync("--task", $"{bytes}", "--topic", "output")).Sum(each => Text(each, "text").Length + Text(each, "tail").Length) <= 20);
        Assert.Equal(130, (await ListAsync("--task", $"{off}", "--topic", "output", "-n", "1000")).Count);
    }

    [Fact]
    public async Task Watch_SettleOfOutputThatIsNeverQuiet_WakesInTime()
    {
        var id = await Box.AddAsync("--watch", "line", "--settle", "200ms", "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done");

        await Sandbox.UntilAsync(async () => (await ListAsync("--task", $"{id}", "--topic", "output")).Count == 1, "wake of endless output");
        await Box.DoAsync("kill", "--wait", $"{id}");
    }

    [Fact]
    public async Task Watch_SeparateStandardError_WakesWithThatFile()
    {
        var id = await Box.AddAsync("--separate-stderr", "--watch", "boom", "echo fine; echo boom >&2");
        await EndAsync(id);

        var wake = Assert.Single(await ListAsync("--task", $"{id}", "--topic", "output"));
        Assert.Equal((Box.Files.ErrorLog(new TaskId(id), 1), "boom\n"), (Text(wake.GetProperty("manifest"), "log"), Text(wake, "tail")));
    }

    [Fact]
    public async Task Watch_PatternThatTakesTooLong_IsDisabledWithANotice()
    {
        var id = await Box.AddAsync("--watch", "always:^(a+)+b$", $"for i in $(seq 1 12); do echo {new string('a', 50)}; done");
        await EndAsync(id);

        Assert.Equal(["output-disabled", "exit"], (await ListAsync("--task", $"{id}")).Select(each => Text(each, "topic")));
    }

    [Fact]
    public async Task Watch_WorkerKilled_TheNextOneRaisesTheRestOnce()
    {
        await using var box = new Sandbox();
        var worker = await box.StartWorkerAsync();
        var id = await box.AddAsync("--watch", "always:event", "echo event 1; while [ ! -e go ]; do sleep 0.05; done; echo event 2");
        await Sandbox.UntilAsync(async () => (await ListAsync(box, "--task", $"{id}")).Count == 1, "first wake");
        worker.Kill();
        await worker.WaitForExitAsync().WaitAsync(Sandbox.Limit);
        await box.WriteAsync("go", "");
        await Sandbox.UntilAsync(() => File.ReadAllText(box.Files.Log(new TaskId(id), 1)).Contains("event 2", StringComparison.Ordinal), "second line");
        await box.StartWorkerAsync();
        await box.RunAsync("wait", $"{id}");

        Assert.Equal(["event 1", "event 2"], (await ListAsync(box, "--task", $"{id}", "--topic", "output")).Select(each => Text(each, "text")));
    }

    [Fact]
    public async Task Kill_WithoutAWorker_RaisesTheEnd()
    {
        await using var box = new Sandbox();
        var worker = await box.StartWorkerAsync();
        var id = await box.AddAsync("--watch", "ready", "echo ready; sleep 60");
        await Sandbox.UntilAsync(async () => (await ListAsync(box, "--task", $"{id}")).Count == 1, "wake");
        worker.Kill();
        await worker.WaitForExitAsync().WaitAsync(Sandbox.Limit);

        await box.DoAsync("kill", $"{id}");

        Assert.Equal("exit", Text(Assert.Single(await ListAsync(box, "--task", $"{id}")), "topic"));
    }

    [Fact]
    public async Task Watch_BeforeTheCommand_SaysHowToWriteIt()
    {
        var result = await Box.RunAsync("add", "--watch", "make test");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("'make test' was read as the pattern of --watch", result.Err, StringComparison.Ordinal);
        Assert.Equal(0, (await Box.RunAsync("add", "--stash", "--watch", "", "echo fine")).ExitCode);
        Assert.Equal(0, (await Box.RunAsync("add", "--stash", "--watch", "--", "echo", "fine")).ExitCode);
    }

    [Theory]
    [InlineData("--settle needs --watch", "--settle", "1s")]
    [InlineData("--max-wakes needs --watch", "--max-wakes", "1")]
    [InlineData("--max-wakes must be", "--watch", "x", "--max-wakes", "-1")]
    [InlineData("Settle of the pattern", "--watch", "x", "--settle", "2h")]
    [InlineData("'(' is not a valid regular expression", "--watch", "(")]
    public async Task Watch_MistakenOptions_AreNamed(string said, params string[] options)
    {
        var result = await Box.RunAsync(["add", .. options, "--stash", "true"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(said, result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_SettingsOfTheBudget_CountWhereNoneIsGiven()
    {
        await using var box = new Sandbox();
        box.Variables["DQ_WATCH_MAX_WAKES"] = "1";
        box.Variables["DQ_WATCH_SETTLE"] = "20ms";
        await box.StartWorkerAsync();
        var limited = await box.AddAsync("--watch", "always:line", "echo line 1; echo line 2");
        var own = await box.AddAsync("--watch", "always:line", "--max-wakes", "5", "echo line 1; echo line 2");
        await box.DoAsync("wait", "--all", "--all-time");

        Assert.Equal(["output", "output-budget", "exit"], (await ListAsync(box, "--task", $"{limited}")).Select(each => Text(each, "topic")));
        Assert.Equal(["output", "output", "exit"], (await ListAsync(box, "--task", $"{own}")).Select(each => Text(each, "topic")));
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("remove")]
    [InlineData("clean")]
    public async Task Kill_RemoveAndClean_VoidOutputThatWasNotDelivered(string how)
    {
        var group = $"void-{how}";
        var id = await Box.AddAsync("--watch", "ready", "-g", group, how == "kill" ? "echo ready; sleep 60" : "echo ready");
        await UntilNotifiedAsync(id, "ready");
        var wake = (await ListAsync("--task", $"{id}", "--topic", "output"))[0].GetProperty("number").GetInt64();
        await Box.DoAsync("notify", "ack", "--subscriber", $"quick-{how}", $"{wake}");
        if (how != "kill")
        {
            await EndAsync(id);
        }

        await Box.DoAsync(how switch { "kill" => ["kill", "--wait", $"{id}"], "remove" => ["remove", $"{id}"], _ => ["clean", "-g", group] });

        foreach (var subscriber in new[] { $"quick-{how}", $"slow-{how}" })
        {
            var left = Assert.Single(await ListAsync("--task", $"{id}", "--subscriber", subscriber));
            Assert.Equal(("exit", group), (Text(left, "topic"), Text(left, "group")));
        }
    }

    [Fact]
    public async Task Clean_WhileAFollowerReads_NeitherEndsItNorGivesVoidOutput()
    {
        using var follower = Box.StartDq("notify", "follow", "--json", "--new", "--group", "cleaned", "-n", "2");
        await SaysAsync(follower, "showing notifications after number");
        var id = await Box.AddAsync("-g", "cleaned", "--watch", "ready", "echo ready");
        await EndAsync(id);
        await Box.DoAsync("clean", "-g", "cleaned");
        await Box.DoAsync("wait", $"{await Box.AddAsync("-g", "cleaned", "true")}");

        await follower.WaitForExitAsync().WaitAsync(Sandbox.Limit);
        Assert.Equal(0, follower.ExitCode);
        var numbers = (await follower.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("number").GetInt64()).ToList();
        Assert.Equal(2, numbers.Count);
        Assert.Equal(numbers.Distinct().Order(), numbers);
    }

    [Fact]
    public async Task List_Filters_CombineAndRepeat()
    {
        var a = await Box.AddAsync("-g", "filter-1", "-l", "filter a", "true");
        var b = await Box.AddAsync("-g", "filter-1", "-l", "filter b", "--watch", "x", "echo x");
        var c = await Box.AddAsync("-g", "filter-2", "-l", "filter a", "true");
        await Box.DoAsync("wait", $"{a}", $"{b}", $"{c}");

        Assert.Equal(new HashSet<long> { a, c }, await IdsAsync("--label", "filter a"));
        Assert.Equal(new HashSet<long> { a }, await IdsAsync("--label", "filter a", "--group", "filter-1"));
        Assert.Equal(new HashSet<long> { a, b, c }, await IdsAsync("--label", "filter a", "--label", "filter b"));
        Assert.Equal(new HashSet<long> { b }, await IdsAsync("--task", $"{a}", "--task", $"{b}", "--topic", "output"));
        Assert.Equal(new HashSet<long> { a, b, c }, await IdsAsync("--group", "filter-1", "--group", "filter-2", "--topic", "exit"));
        Assert.Empty(await IdsAsync("--label", "filter a", "--topic", "output"));
        Assert.Equal(1, (await Box.RunAsync("notify", "list", "--task", "x")).ExitCode);
    }

    [Fact]
    public async Task Follow_New_BeginsNowAndShowsWhatMatches()
    {
        await EndAsync(await Box.AddAsync("-l", "follow new", "true"));
        using var follower = Box.StartDq("notify", "follow", "--json", "--new", "--label", "follow new", "-n", "1");
        await SaysAsync(follower, "showing notifications after number");
        await EndAsync(await Box.AddAsync("-l", "another", "true"));
        var id = await Box.AddAsync("-l", "follow new", "exit 4");

        await follower.WaitForExitAsync().WaitAsync(Sandbox.Limit);
        var shown = JsonDocument.Parse(await follower.StandardOutput.ReadToEndAsync()).RootElement;
        JsonSchemas.Check("notification", shown);
        Assert.Equal((id, "4"), (shown.GetProperty("task_id").GetInt64(), Text(shown, "name")));
    }

    [Fact]
    public async Task Follow_WorkerGoesAndComes_SaysSoOnStandardError()
    {
        await using var box = new Sandbox();
        using var follower = box.StartDq("notify", "follow");
        await SaysAsync(follower, "no worker is running");
        await box.StartWorkerAsync();
        await SaysAsync(follower, "a worker is running");

        follower.Kill();
    }

    [Fact]
    public async Task List_SubscriberWasAwayForTooLong_SaysWhatIsLost()
    {
        await using var box = new Sandbox();
        await using (var queue = await box.OpenAsync())
        {
            await queue.Notifications.RaiseAsync(new NewNotification("topic", "first"));
            await queue.Notifications.AcknowledgeAsync("agent", 1);
            await Task.WhenAll(Enumerable.Range(0, 10_010).Select(n => queue.Notifications.RaiseAsync(new NewNotification("topic", $"{n}")).AsTask()));
        }

        var result = await box.RunAsync("notify", "list", "--subscriber", "agent", "-n", "1", "--json");

        Assert.Equal(12, result.Json.GetProperty("notifications")[0].GetProperty("number").GetInt64());
        Assert.Contains("notifications 2 to 11 were deleted", result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_Tail_IsShownWithoutEscapes()
    {
        var id = await Box.AddAsync("printf '\\033[31mred\\033[0m\\n10%%\\r20%%\\n'");
        await EndAsync(id);

        var shown = (await Box.DoAsync("notify", "list", "--tail", "--task", $"{id}")).Out;

        Assert.Contains("\n    \\x1b[31mred\\x1b[0m\n    20%\n", shown, StringComparison.Ordinal);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static async Task SaysAsync(Process process, string text)
    {
        using var limit = new CancellationTokenSource(Sandbox.Limit);
        while (await process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"It has not said '{text}'.");
    }

    private Task<DqResult> EndAsync(long id) => Box.RunAsync("wait", $"{id}");

    private Task UntilNotifiedAsync(long id, string text) =>
        Sandbox.UntilAsync(async () => (await ListAsync("--task", $"{id}")).Any(each => Text(each, "text") == text), $"notification '{text}'");

    private Task<List<JsonElement>> ListAsync(params string[] arguments) => ListAsync(Box, arguments);

    private static async Task<List<JsonElement>> ListAsync(Sandbox box, params string[] arguments) =>
        [.. JsonSchemas.Check("notifications", await box.RunAsync(["notify", "list", "--json", .. arguments])).GetProperty("notifications").EnumerateArray()];

    private async Task<HashSet<long>> IdsAsync(params string[] arguments) =>
        [.. (await ListAsync(arguments)).Select(each => each.GetProperty("task_id").GetInt64())];
}
