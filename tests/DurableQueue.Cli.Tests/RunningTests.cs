using System.Text.Json;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Commands on tasks that run or have run: log, follow, wait, kill, pause, start, send, retry, notify.</summary>
public sealed class RunningTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private Sandbox Box => fixture.Box;

    [Fact]
    public async Task Log_HasTheBytesOfTheLogAndNothingElse()
    {
        var (first, second) = (await Box.AddAsync("seq 1 30"), await Box.AddAsync("printf 'no end'"));
        await Box.DoAsync("wait", $"{first}", $"{second}");

        Assert.Equal("29\n30\n", (await Box.DoAsync("log", "-n", "2", $"{first}")).Out);
        Assert.Equal(string.Concat(Enumerable.Range(1, 30).Select(n => $"{n}\n")), (await Box.DoAsync("log", "--full", $"{first}")).Out);
        Assert.Equal("30\nno end", (await Box.DoAsync("log", "-n", "1", $"{first}", $"{second}")).Out);
        Assert.Equal("", (await Box.DoAsync("log", "-n", "0", $"{second}")).Out);
        var logs = JsonSchemas.Check("log", await Box.RunAsync("log", "--json", "-n", "1", $"{first}", $"{second}")).GetProperty("logs");
        Assert.Equal(["30\n", "no end"], logs.EnumerateArray().Select(log => log.GetProperty("text").GetString()));
        Assert.Equal(0, logs[0].GetProperty("exit_code").GetInt32());
        var partly = await Box.RunAsync("log", $"{second}", "999999");
        Assert.Equal((2, "no end"), (partly.ExitCode, partly.Out));
    }

    [Fact]
    public async Task Log_BinaryOutput_IsWhole()
    {
        var id = await Box.AddAsync("head -c 100000 /dev/zero | tr '\\0' '\\377'; printf '\\000\\200'");
        await Box.DoAsync("wait", $"{id}");

        Assert.Equal("100002\n", (await Box.ShellAsync($"dq log --full {id} | wc -c")).Out);
    }

    [Fact]
    public async Task Follow_SeveralTasks_PrefixesTheirLines()
    {
        var (first, second) = (await Box.AddAsync("echo a; sleep 0.3; echo b"), await Box.AddAsync("printf c"));

        var lines = (await Box.DoAsync("follow", $"{first}", $"{second}")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal([$"[{first}] a", $"[{first}] b", $"[{second}] c"], lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Follow_LastLines_BeginsThere()
    {
        var id = await Box.AddAsync("seq 1 9; exit 4");
        await Box.RunAsync("wait", $"{id}");

        var result = await Box.RunAsync("follow", "-n", "2", $"{id}");

        Assert.Equal((5, "8\n9\n"), (result.ExitCode, result.Out));
        Assert.Contains("failed (4)", result.Err, StringComparison.Ordinal);
        Assert.All(
            (await Box.RunAsync("follow", "--json", $"{id}")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => JsonSchemas.Check("follow", JsonDocument.Parse(line).RootElement));
    }

    [Fact]
    public async Task Wait_SaysHowItWentWithItsCode()
    {
        var (good, bad) = (await Box.AddAsync("-l", "batch/good", "true"), await Box.AddAsync("-l", "batch/bad", "exit 9"));

        Assert.Equal(0, (await Box.RunAsync("wait", $"{good}")).ExitCode);
        var both = await Box.RunAsync("wait", "--json", $"{good}", $"{bad}");
        Assert.Equal(5, both.ExitCode);
        var json = JsonSchemas.Check("wait", both);
        Assert.Equal((2, 1, 1), (Count(json, "total"), Count(json, "succeeded"), Count(json, "failed")));
        Assert.Equal(9, json.GetProperty("tasks")[1].GetProperty("exit_code").GetInt32());

        // Also when all had ended before the wait began.
        Assert.Equal(5, (await Box.RunAsync("wait", "--label-prefix", "batch/")).ExitCode);
        Assert.Equal(0, (await Box.RunAsync("wait", "--label", "batch/good", "--quiet")).ExitCode);
        Assert.Equal("", (await Box.RunAsync("wait", "--label", "batch/bad", "--quiet")).Err);
    }

    [Fact]
    public async Task Wait_GroupTimeoutAndFailFast_EndAsAsked()
    {
        await Box.DoAsync("group", "add", "slow", "--limit", "3");
        await Box.AddAsync("-g", "slow", "sleep 60");
        Assert.Equal(6, (await Box.RunAsync("wait", "-g", "slow", "--timeout", "200ms")).ExitCode);
        await Box.AddAsync("-g", "slow", "-l", "mixed", "sleep 60");
        var failed = await Box.AddAsync("-g", "slow", "-l", "mixed", "exit 1");
        await Box.RunAsync("wait", $"{failed}");

        Assert.Equal(5, (await Box.RunAsync("wait", "--fail-fast", "--label", "mixed")).ExitCode);
        Assert.NotEmpty((await Box.DoAsync("status", "--json", "label=mixed and status=running")).Json.GetProperty("tasks").EnumerateArray());
        await Box.DoAsync("kill", "-g", "slow");
        await Box.RunAsync("wait", "-g", "slow");
        Assert.Empty((await Box.DoAsync("status", "--json", "group=slow and status in (queued, running)")).Json.GetProperty("tasks").EnumerateArray());
    }

    [Fact]
    public async Task Wait_NoTaskMatches_SaysWhatWasLookedFor()
    {
        await Box.DoAsync("group", "add", "empty-group");
        foreach (var (arguments, looked) in new[]
        {
            (new[] { "-g", "empty-group" }, "the group 'empty-group'"),
            (["--label", "nobody"], "the label 'nobody'"),
            (["--label-prefix", "nob", "--label", "x", "-g", "default", "-g", "slow"], "the label 'x' or a label that begins with 'nob' in the group 'default' or the group 'slow'"),
        })
        {
            var result = await Box.RunAsync(["wait", .. arguments]);

            Assert.Equal(2, result.ExitCode);
            Assert.Contains($"No task on record has {looked}.", result.Err, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Wait_GroupWhoseTasksHaveEnded_TellsOfThem()
    {
        var id = await Box.AddAsync("-g", "ended", "exit 3");
        await Box.RunAsync("wait", $"{id}");

        var result = await Box.RunAsync("wait", "--json", "-g", "ended");

        Assert.Equal(5, result.ExitCode);
        Assert.Equal(1, Count(result.Json, "failed"));
    }

    [Fact]
    public async Task Wait_SomeAreUnfinished_CoversTheirBatchOnlyUnlessAllTime()
    {
        await Box.RunAsync("wait", $"{await Box.AddAsync("-g", "batches", "exit 1")}");
        var running = await Box.AddAsync("-g", "batches", "-l", "new/1", "while ! test -e go-on; do sleep 0.05; done");
        await Box.RunAsync("wait", $"{await Box.AddAsync("-g", "batches", "-l", "new/2", "true")}");

        var batch = await Box.RunAsync("wait", "--json", "-g", "batches", "--timeout", "100ms");
        Assert.Equal((6, 2, 1), (batch.ExitCode, Count(batch.Json, "total"), Count(batch.Json, "succeeded")));
        Assert.Equal((5, 3), (await Box.RunAsync("wait", "--json", "-g", "batches", "--timeout", "100ms", "--all-time")) is var all ? (all.ExitCode, Count(all.Json, "total")) : default);
        var both = await Box.RunAsync("wait", "--json", "-g", "batches", "--label-prefix", "new/2", "--label", "new/1", "--timeout", "100ms");
        Assert.Equal((6, 2), (both.ExitCode, Count(both.Json, "total")));
        Assert.Equal(1, Count((await Box.RunAsync("wait", "--json", "-g", "batches", "--label", "new/2")).Json, "total"));
        await Box.WriteAsync("go-on", "");
        Assert.Equal(0, (await Box.RunAsync("wait", $"{running}")).ExitCode);
    }

    [Fact]
    public async Task Wait_AddedMeanwhile_IsWaitedForAndSaid()
    {
        await Box.AddAsync("-g", "growing", "while ! test -e first; do sleep 0.05; done");
        using var wait = Box.StartDq("wait", "-v", "--json", "-g", "growing");
        Assert.Equal("Waiting for 1 task.", await wait.StandardError.ReadLineAsync());
        var second = await Box.AddAsync("-g", "growing", "while ! test -e second; do sleep 0.05; done; exit 4");

        await Box.WriteAsync("first", "");
        Assert.EndsWith(" succeeded.", await wait.StandardError.ReadLineAsync(), StringComparison.Ordinal);
        await Box.WriteAsync("second", "");
        Assert.Equal($"Task {second} failed.", await wait.StandardError.ReadLineAsync());

        var said = await wait.StandardError.ReadToEndAsync();
        var json = JsonDocument.Parse(await wait.StandardOutput.ReadToEndAsync()).RootElement;
        await wait.WaitForExitAsync();
        Assert.Equal((5, 2, 1), (wait.ExitCode, Count(json, "total"), Count(json, "failed")));
        Assert.Contains("1 of 2 succeeded, 1 did not", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_FailFast_EndsWithAFailureThatWasAddedMeanwhile()
    {
        var blocked = await Box.AddAsync("-g", "fail-fast", "sleep 60");
        using var wait = Box.StartDq("wait", "--fail-fast", "-g", "fail-fast");
        Assert.Equal("Waiting for 1 task.", await wait.StandardError.ReadLineAsync());

        await Box.AddAsync("-g", "fail-fast", "exit 1");

        await wait.StandardError.ReadToEndAsync();
        await wait.WaitForExitAsync();
        Assert.Equal(5, wait.ExitCode);
        await Box.DoAsync("kill", $"{blocked}");
    }

    [Fact]
    public async Task Wait_TaskIsRemoved_CountsIt()
    {
        var (running, stashed) = (await Box.AddAsync("-l", "removal", "while ! test -e removed; do sleep 0.05; done"), await Box.AddAsync("-l", "removal", "-s", "true"));
        using var wait = Box.StartDq("wait", "--json", "--label", "removal");
        Assert.Equal("Waiting for 2 tasks.", await wait.StandardError.ReadLineAsync());

        await Box.DoAsync("remove", $"{stashed}");
        await Box.WriteAsync("removed", "");

        var json = JsonDocument.Parse(await wait.StandardOutput.ReadToEndAsync()).RootElement;
        await wait.WaitForExitAsync();
        Assert.Equal((2, 2, 1), (wait.ExitCode, Count(json, "total"), Count(json, "removed")));
        Assert.Equal(running, json.GetProperty("tasks")[0].GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task Kill_Group_StopsWhatRunsAndCancelsWhatWaits()
    {
        await Box.DoAsync("group", "add", "kills", "--limit", "1");
        var (running, queued) = (await Box.AddAsync("-g", "kills", "trap 'echo bye; exit 1' TERM; echo up; while :; do sleep 0.1; done"), await Box.AddAsync("-g", "kills", "true"));
        await UntilOutputAsync(running, "up");

        await Box.DoAsync("kill", "-g", "kills");
        await Box.RunAsync("wait", $"{running}", $"{queued}");

        Assert.Equal("Killed", (await Box.TaskAsync(running)).GetProperty("outcome").GetString());
        Assert.Equal("Cancelled", (await Box.TaskAsync(queued)).GetProperty("outcome").GetString());

        // The shell may tell of the end of its sleep in between.
        Assert.Matches("^up\n(.*\n)?bye\n$", (await Box.DoAsync("log", $"{running}")).Out);
    }

    [Fact]
    public async Task Kill_Signal_OnlySendsIt()
    {
        var id = await Box.AddAsync("trap 'echo got it; exit 0' USR1; echo up; while :; do sleep 0.1; done");
        await UntilOutputAsync(id, "up");

        Assert.Equal(1, (await Box.RunAsync("kill", "--signal", "NONSENSE", $"{id}")).ExitCode);
        await Box.DoAsync("kill", "--signal", "USR1", $"{id}");

        Assert.Equal(0, (await Box.RunAsync("wait", $"{id}")).ExitCode);
        Assert.Matches("^up\n(.*\n)?got it\n$", (await Box.DoAsync("log", $"{id}")).Out);
    }

    [Fact]
    public async Task Pause_Command_StopsItUntilStart()
    {
        var mark = Path.Combine(Box.Folder, $"mark-{Guid.NewGuid():n}");
        var id = await Box.AddAsync($"echo up; while [ ! -e {mark} ]; do sleep 0.05; done; echo down");
        await UntilOutputAsync(id, "up");

        await Box.DoAsync("pause", $"{id}");
        Assert.True(await IsStoppedAsync(id));
        await File.WriteAllTextAsync(mark, "");
        Assert.Equal("CheckedOut", (await Box.TaskAsync(id)).GetProperty("state").GetString());
        await Box.DoAsync("start", $"{id}");

        Assert.Equal(0, (await Box.RunAsync("wait", $"{id}")).ExitCode);
        Assert.EndsWith("down\n", (await Box.DoAsync("log", "--full", $"{id}")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pause_Group_StopsItsCommandsTooUnlessToldToWait()
    {
        await Box.DoAsync("group", "add", "pauses");
        var mark = Path.Combine(Box.Folder, $"mark-{Guid.NewGuid():n}");
        var id = await Box.AddAsync("-g", "pauses", $"echo up; while [ ! -e {mark} ]; do sleep 0.05; done");
        await UntilOutputAsync(id, "up");

        await Box.DoAsync("pause", "-g", "pauses");
        Assert.True(await IsStoppedAsync(id));
        await File.WriteAllTextAsync(mark, "");
        var held = await Box.AddAsync("-g", "pauses", "true");
        await Box.DoAsync("start", "-g", "pauses");
        Assert.Equal(0, (await Box.RunAsync("wait", $"{id}", $"{held}")).ExitCode);

        var other = await Box.AddAsync("-g", "pauses", "echo up; sleep 0.3");
        await UntilOutputAsync(other, "up");
        await Box.DoAsync("pause", "--wait", "-g", "pauses");
        Assert.Equal(0, (await Box.RunAsync("wait", $"{other}")).ExitCode);
        var forced = await Box.AddAsync("-g", "pauses", "true");
        await Box.DoAsync("start", $"{forced}");
        Assert.Equal(0, (await Box.RunAsync("wait", $"{forced}")).ExitCode);
        await Box.DoAsync("start", "-g", "pauses");
    }

    [Fact]
    public async Task Send_WritesToTheInputThatStaysOpen()
    {
        var id = await Box.AddAsync("while read -r line; do echo \"got $line\"; done; echo end");
        await Sandbox.UntilAsync(async () => (await Box.RunAsync("send", $"{id}", "one\ntwo\n")).ExitCode == 0, "it runs and takes input");
        await UntilOutputAsync(id, "two");

        await Box.DoAsync("send", $"{id}", "three\n", "--eof");

        Assert.Equal(0, (await Box.RunAsync("wait", $"{id}")).ExitCode);
        Assert.Equal("got one\ngot two\ngot three\nend\n", (await Box.DoAsync("log", $"{id}")).Out);
        Assert.Equal(2, (await Box.RunAsync("send", $"{id}", "late")).ExitCode);
        Assert.Equal("", (await Box.DoAsync("run", "--no-stdin", "cat")).Out);
    }

    [Fact]
    public async Task Retry_InPlaceOrNew_RunsAgain()
    {
        var mark = Path.Combine(Box.Folder, $"mark-{Guid.NewGuid():n}");
        var id = await Box.AddAsync("-g", "retries", $"test -e {mark}");
        var child = await Box.AddAsync("-g", "retries", "-a", $"{id}", "echo child");
        Assert.Equal(5, (await Box.RunAsync("wait", $"{id}", $"{child}")).ExitCode);
        await File.WriteAllTextAsync(mark, "");

        await Box.DoAsync("retry", "--with-dependents", $"{id}");
        Assert.Equal(0, (await Box.RunAsync("wait", $"{id}", $"{child}")).ExitCode);

        var copy = JsonSchemas.Check("actions", await Box.RunAsync("restart", "--new", "--json", $"{id}")).GetProperty("results")[0].GetProperty("new_id").GetInt64();
        Assert.Equal(0, (await Box.RunAsync("wait", $"{copy}")).ExitCode);
        await Box.DoAsync("retry", "--stash", $"{copy}");
        Assert.Equal("Stashed", (await Box.TaskAsync(copy)).GetProperty("holds")[0].GetString());
        await Box.DoAsync("cancel", $"{copy}");
    }

    [Fact]
    public async Task Retry_AllFailedOfAGroup_TakesOnlyThem()
    {
        var mark = Path.Combine(Box.Folder, $"mark-{Guid.NewGuid():n}");
        var failed = new[] { await Box.AddAsync("-g", "fails", $"test -e {mark}"), await Box.AddAsync("-g", "fails", $"test -e {mark}") };
        var good = await Box.AddAsync("-g", "fails", "true");
        await Box.RunAsync("wait", $"{failed[0]}", $"{failed[1]}", $"{good}");
        await File.WriteAllTextAsync(mark, "");

        var results = JsonSchemas.Check("actions", await Box.RunAsync("retry", "--json", "--all-failed", "-g", "fails")).GetProperty("results");

        Assert.Equal(failed, results.EnumerateArray().Select(entry => entry.GetProperty("id").GetInt64()));
        Assert.Equal(0, (await Box.RunAsync("wait", $"{failed[0]}", $"{failed[1]}")).ExitCode);
    }

    [Fact]
    public async Task Notify_MatchesAndEnds_AreKeptForWhoWasAway()
    {
        var id = await Box.AddAsync("--watch", "ready on port [0-9]+", "echo starting; echo ready on port 8080; echo ready on port 8081");
        await Box.DoAsync("wait", $"{id}");

        var name = $"agent-{id}";
        var listed = JsonSchemas.Check("notifications", await Box.RunAsync("notify", "list", "--json", "-n", "10000")).GetProperty("notifications");
        var mine = listed.EnumerateArray().Where(notification => notification.GetProperty("task_id").ValueKind == JsonValueKind.Number && notification.GetProperty("task_id").GetInt64() == id).ToList();
        Assert.Contains(mine, notification => notification.GetProperty("text").GetString()!.Contains("8080", StringComparison.Ordinal));
        Assert.DoesNotContain(mine, notification => notification.GetProperty("text").GetString()!.Contains("8081", StringComparison.Ordinal));

        var last = mine[^1].GetProperty("number").GetInt64();
        JsonSchemas.Check("ack", await Box.RunAsync("notify", "ack", "--json", "--subscriber", name, $"{mine[0].GetProperty("number").GetInt64()}"));
        var unread = (await Box.RunAsync("notify", "list", "--json", "--subscriber", name, "-n", "10000")).Json.GetProperty("notifications");
        Assert.Contains(unread.EnumerateArray(), notification => notification.GetProperty("number").GetInt64() == last);
        Assert.DoesNotContain(unread.EnumerateArray(), notification => notification.GetProperty("number").GetInt64() == mine[0].GetProperty("number").GetInt64());

        var followed = await Box.DoAsync("notify", "follow", "--json", "--ack", "--subscriber", name, "-n", "1");
        var first = JsonSchemas.Check("notification", followed);
        Assert.Equal(mine[0].GetProperty("number").GetInt64() + 1, first.GetProperty("number").GetInt64());
        Assert.Contains($"task {id}", (await Box.DoAsync("notify", "list", "-n", "10000")).Out, StringComparison.Ordinal);
    }

    private static int Count(JsonElement wait, string name) => wait.GetProperty("summary").GetProperty(name).GetInt32();

    private Task UntilOutputAsync(long id, string text) => Sandbox.UntilAsync(
        () => File.Exists(Box.Files.Log(new TaskId(id), 1)) && File.ReadAllText(Box.Files.Log(new TaskId(id), 1)).Contains(text, StringComparison.Ordinal), $"task {id} writes {text}");

    private async Task<bool> IsStoppedAsync(long id)
    {
        await using var queue = await Box.OpenAsync();
        return await new Processes.CommandControl(queue, Box.QueuePath).FindAsync(new TaskId(id)) is { Paused: true };
    }
}
