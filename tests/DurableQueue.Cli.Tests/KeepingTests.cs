using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>What becomes of tasks that are done with, and tasks that move: clean, reset, export, import.</summary>
public sealed class KeepingTests : DqTest
{
    [Fact]
    public async Task Clean_RemovesFinishedTasksAndTheirLogs()
    {
        var (done, failed, open) = (await EndedAsync("default", success: true), await EndedAsync("default", success: false), await Box.AddAsync("true"));

        var dry = await JsonAsync("clean", "clean", "--dry-run");
        Assert.Equal((2, 2), (dry.GetProperty("tasks").GetInt32(), dry.GetProperty("logs").GetInt32()));
        Assert.Equal([done, failed, open], await IdsAsync());

        Assert.Equal(1, (await JsonAsync("clean", "clean", "--successful-only")).GetProperty("tasks").GetInt32());
        Assert.Equal([failed, open], await IdsAsync());
        Assert.False(File.Exists(Box.Files.Log(new TaskId(done), 1)));
        Assert.True(File.Exists(Box.Files.Log(new TaskId(failed), 1)));

        var report = await JsonAsync("clean", "clean");
        Assert.Equal((1, 1, 7), (report.GetProperty("tasks").GetInt32(), report.GetProperty("logs").GetInt32(), report.GetProperty("log_bytes").GetInt32()));
        Assert.Equal([open], await IdsAsync());
    }

    /// <summary>A search of the directory for each task would take the better part of an hour here.</summary>
    [Fact]
    public async Task Clean_LogsOfManyTasks_LooksIntoTheDirectoryOnce()
    {
        await Box.DoAsync("status");
        var folder = Directory.CreateDirectory(Box.Files.LogDirectory).FullName;
        for (var id = 1; id <= 15_000; id++)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{id}.1.log"), id == 7 ? "seven" : "");
            await File.WriteAllTextAsync(Path.Combine(folder, $"{id}.2.run"), "");
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "notes.1.txt"), "");

        var report = await JsonAsync("clean", "clean");

        Assert.Equal((15_000, 5), (report.GetProperty("logs").GetInt32(), report.GetProperty("log_bytes").GetInt32()));
        Assert.Equal([Path.Combine(folder, "notes.1.txt")], Directory.GetFiles(folder));
    }

    [Theory]
    [InlineData("clean")]
    [InlineData("reset --force")]
    [InlineData("remove 1")]
    public async Task Remove_LogsThatCannotBeRead_AreNamedBeforeAnythingIsRemoved(string command)
    {
        var id = await EndedAsync("default", success: true);
        File.SetUnixFileMode(Box.Files.LogDirectory, UnixFileMode.None);

        // Root reads everything, unless it gives that up.
        var asUser = Environment.UserName == "root" ? "setpriv --bounding-set=-dac_override,-dac_read_search " : "";
        var result = await Box.ShellAsync($"{asUser}dq {command}");

        File.SetUnixFileMode(Box.Files.LogDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal(4, result.ExitCode);
        Assert.StartsWith("dq: The logs of the queue can't be read: ", result.Err, StringComparison.Ordinal);
        Assert.Equal([id], await IdsAsync());
    }

    [Fact]
    public async Task BackupAndRestore_BringTheQueueBackAndKeepWhatWasThere()
    {
        var kept = await Box.AddAsync("true");
        var backup = Path.Combine(Box.Folder, "backup.db");
        Assert.Equal(backup, (await JsonAsync("backup", "backup", backup, "--json")).GetProperty("backup").GetString());
        var later = await Box.AddAsync("true");
        Assert.Equal(1, (await Box.RunAsync("backup", backup)).ExitCode);

        var restored = await JsonAsync("restore", "restore", backup, "--json");

        Assert.Equal([kept], await IdsAsync());
        var replaced = restored.GetProperty("replaced").GetString()!;
        Assert.Equal(2, (await Box.DoAsync("--queue", replaced, "status", "--json")).Json.GetProperty("tasks").GetArrayLength());
        Assert.True(await Box.AddAsync("true") > later);
    }

    [Fact]
    public async Task Restore_WhileAWorkerRuns_IsRefused()
    {
        var kept = await Box.AddAsync("true");
        var backup = Path.Combine(Box.Folder, "backup.db");
        await Box.DoAsync("backup", backup);
        var worker = await Box.StartWorkerAsync();

        var refused = await Box.RunAsync("restore", backup);

        Assert.Equal(4, refused.ExitCode);
        Assert.Contains($"process {worker.Id}", refused.Err, StringComparison.Ordinal);
        await Box.DoAsync("wait", $"{kept}");
    }

    [Fact]
    public async Task Clean_GroupAndAge_LimitWhatIsRemoved()
    {
        var (kept, gone) = (await EndedAsync("default", success: true), await EndedAsync("ml", success: true));

        Assert.Equal(0, (await JsonAsync("clean", "clean", "--older-than", "1h")).GetProperty("tasks").GetInt32());
        Assert.Equal(1, (await JsonAsync("clean", "clean", "-g", "ml")).GetProperty("tasks").GetInt32());
        Assert.Equal([kept], await IdsAsync());
        Assert.False(File.Exists(Box.Files.Log(new TaskId(gone), 1)));
        Assert.True(File.Exists(Box.Files.Log(new TaskId(kept), 1)));
    }

    [Fact]
    public async Task Clean_LogsAndGroupsOnly_LeaveTheTasks()
    {
        var id = await EndedAsync("default", success: true);
        await Box.DoAsync("group", "add", "by-hand");
        await Box.DoAsync("remove", $"{await Box.AddAsync("-g", "empty", "true")}");

        var report = await JsonAsync("clean", "clean", "--logs-older-than", "0s", "--remove-empty-groups");

        Assert.Equal((0, 1), (report.GetProperty("tasks").GetInt32(), report.GetProperty("logs").GetInt32()));
        Assert.Equal(["empty"], report.GetProperty("groups").EnumerateArray().Select(group => group.GetString()));
        Assert.Equal([id], await IdsAsync());
        Assert.False(File.Exists(Box.Files.Log(new TaskId(id), 1)));
    }

    [Theory]
    [InlineData("--logs-older-than", "30")]
    [InlineData("--older-than", "0.5")]
    public async Task Clean_AgeWithoutAUnit_IsRefused(string option, string age)
    {
        var id = await EndedAsync("default", success: true);

        var result = await Box.RunAsync("clean", option, age);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{option} {age} has no unit. Write {option} {age}d for days", result.Err, StringComparison.Ordinal);
        Assert.Equal([id], await IdsAsync());
        Assert.True(File.Exists(Box.Files.Log(new TaskId(id), 1)));
    }

    [Fact]
    public async Task Clean_DryRun_NamesExactlyWhatTheRealRunRemovesAndKeeps()
    {
        await Box.DoAsync("group", "add", "by-hand");
        var (done, needed, failed) = (await EndedAsync("emptied", success: true), await EndedAsync("default", success: false), await EndedAsync("used", success: false));
        var child = await Box.AddAsync("-g", "paused-once", "--stash", "-a", $"{needed}:finished", "true");
        await Box.DoAsync("pause", "-g", "emptied");
        await Box.DoAsync("start", "-g", "emptied");
        await Box.DoAsync("pause", "-g", "paused-once");
        var doomed = await Box.AddAsync("-g", "paused-once", "-a", $"{needed}", "true");
        var untouched = await EndedAsync("untouched", success: true);
        await Box.DoAsync("remove", $"{await Box.AddAsync("-g", "empty", "true")}");
        string[] clean = ["clean", "--older-than", "0s", "--logs-older-than", "0s", "--remove-empty-groups"];

        var dry = await Box.DoAsync([.. clean, "--dry-run"]);
        Assert.Equal([done, needed, failed, child, doomed, untouched], await IdsAsync());
        var real = await Box.DoAsync(clean);

        var (would, did) = (JsonSchemas.Check("clean", dry), JsonSchemas.Check("clean", real));
        Assert.Equal(would.GetRawText().Replace("\"dry_run\":true", "\"dry_run\":false", StringComparison.Ordinal), did.GetRawText());
        Assert.Equal([done, failed, untouched], Numbers(did.GetProperty("task_ids")));
        Assert.Equal([done, needed, failed, untouched], Numbers(did.GetProperty("log_task_ids")));
        Assert.Equal(["empty", "untouched", "used"], did.GetProperty("groups").EnumerateArray().Select(group => group.GetString()));
        var kept = Assert.Single(did.GetProperty("kept_tasks").EnumerateArray());
        Assert.Equal((needed, "needed"), (kept.GetProperty("id").GetInt64(), kept.GetProperty("reason").GetString()));
        Assert.Equal([doomed], Numbers(kept.GetProperty("needed_by")));
        Assert.Equal(
            ["by-hand configured", "emptied configured", "paused-once has-tasks"],
            did.GetProperty("kept_groups").EnumerateArray().Select(group => $"{group.GetProperty("name").GetString()} {group.GetProperty("reason").GetString()}"));
        Assert.Equal([needed, child, doomed], await IdsAsync());
        Assert.Contains($"3 tasks removed: {done}, {failed}, {untouched}.\n", real.Err, StringComparison.Ordinal);
        Assert.Contains($"1 task kept, needed by unfinished tasks: {needed} (by {doomed}).\n", real.Err, StringComparison.Ordinal);
        Assert.Equal(real.Err.Replace(" removed", " would be removed", StringComparison.Ordinal), dry.Err);
        await Box.DoAsync("group", "limit", "emptied", "1");
        Assert.Equal(2, (await Box.RunAsync("group", "limit", "used", "1")).ExitCode);

        static IEnumerable<long> Numbers(System.Text.Json.JsonElement list) => list.EnumerateArray().Select(id => id.GetInt64());
    }

    [Fact]
    public async Task Clean_TaskThatOneWaitsFor_IsKept()
    {
        var parent = await EndedAsync("default", success: false);
        await Box.DoAsync("pause");
        await Box.AddAsync("-a", $"{parent}", "true");

        Assert.Equal(0, (await JsonAsync("clean", "clean", "--dry-run")).GetProperty("tasks").GetInt32());
        Assert.Equal(0, (await JsonAsync("clean", "clean")).GetProperty("tasks").GetInt32());
    }

    [Fact]
    public async Task Reset_NeedsForceWithoutATerminalAndRemovesAll()
    {
        await EndedAsync("default", success: true);
        var parent = await Box.AddAsync("-g", "ml", "true");
        await Box.AddAsync("-a", $"{parent}", "true");
        await Box.DoAsync("pause");

        Assert.Equal(1, (await Box.RunAsync("reset")).ExitCode);
        Assert.Equal(3, (await IdsAsync()).Length);
        Assert.Equal(3, (await JsonAsync("reset", "reset", "--force", "--json")).GetProperty("tasks").GetInt32());
        Assert.Empty(await IdsAsync());
        Assert.Empty(Directory.GetFiles(Box.Files.LogDirectory));
        Assert.DoesNotContain("paused", (await Box.DoAsync("group")).Out, StringComparison.Ordinal);
    }

    /// <summary>Several signals: <c>timeout</c> and shells signal a process and its group, so that one request comes more than once.</summary>
    [Theory]
    [InlineData("-INT", 130)]
    [InlineData("-TERM -TERM -TERM -TERM", 143)]
    public async Task Reset_Interrupted_LeavesTheGroupsAsTheyWere(string signals, int exitCode)
    {
        await Box.StartWorkerAsync();
        await Box.DoAsync("group", "add", "held");
        await Box.DoAsync("group", "pause", "held");
        var id = await Box.AddAsync("--kill-grace", "60s", "trap '' TERM; echo up; while :; do sleep 1; done");
        await Sandbox.UntilAsync(async () => (await Box.RunAsync("log", $"{id}")).Out == "up\n", "the command has begun");

        using var reset = Box.StartInterruptibleDq("reset", "--force");
        await Sandbox.UntilAsync(async () => await PausedAsync("default"), "the reset has paused the groups");
        System.Diagnostics.Process.Start("sh", ["-c", $"for s in {signals}; do kill $s {reset.Id}; done"]).WaitForExit();
        await reset.WaitForExitAsync();

        Assert.Equal(exitCode, reset.ExitCode);
        Assert.False(await PausedAsync("default"));
        Assert.True(await PausedAsync("held"));

        async Task<bool> PausedAsync(string group)
        {
            await using var queue = await Box.OpenAsync();
            return (await queue.Groups.GetAsync(group))!.Paused;
        }
    }

    [Fact]
    public async Task Export_AndImport_MakeTheSameTasksElsewhere()
    {
        await EndedAsync("default", success: true);
        var parent = await Box.AddAsync("-l", "first", "-g", "ml", "-p", "3", "-e", "A=1", "--retries", "2", "--backoff", "5s", "--timeout", "90", "--stash", "echo a");
        await Box.AddAsync("-l", "second", "-a", $"{parent}:failed", "--approval", "--key", "k", "--", "echo", "a b");
        var other = Path.Combine(Box.Folder, "other.db");

        var exported = await Box.DoAsync("export", "--show-env");
        Assert.All(exported.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => JsonSchemas.Check("export", System.Text.Json.JsonDocument.Parse(line).RootElement));
        var imported = await Box.RunProgramAsync(Sandbox.Dq, ["--queue", other, "import", "-", "--json"], exported.Out);
        var ids = JsonSchemas.Check("import", imported).GetProperty("ids");
        Assert.Equal(2, ids.EnumerateObject().Count());

        var tasks = (await Box.DoAsync("--queue", other, "status", "--json", "--show-env")).Json.GetProperty("tasks");
        var originals = (await Box.DoAsync("status", "--json", "--show-env", "status=queued")).Json.GetProperty("tasks");
        foreach (var field in new[] { "command", "working_dir", "group", "label", "priority", "state", "holds", "max_attempts", "timeout_seconds", "key", "environment" })
        {
            Assert.Equal(
                originals.EnumerateArray().Select(task => task.GetProperty(field).GetRawText()), tasks.EnumerateArray().Select(task => task.GetProperty(field).GetRawText()));
        }

        var after = Assert.Single(tasks[1].GetProperty("after").EnumerateArray());
        Assert.Equal((tasks[0].GetProperty("id").GetInt64(), "Failed"), (after.GetProperty("id").GetInt64(), after.GetProperty("when").GetString()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Copy_OfATaskThatTheLibraryAdded_KeepsItsSettings(bool byExport)
    {
        await using var queue = await Box.OpenAsync();
        var id = await queue.EnqueueAsync(new NewTask("mail", "{}"u8.ToArray())
        {
            LeaseDuration = TimeSpan.FromSeconds(45),
            EstimatedCost = new Cost(0.25m, "tokens"),
            Approval = new ApprovalTerms { ExpiresAfter = TimeSpan.FromHours(2), Approvers = ["ann"] },
            Metadata = new Dictionary<string, string> { ["a"] = "1" },
        });

        if (byExport)
        {
            await Box.DoAsync("import", await Box.WriteAsync("tasks.jsonl", (await Box.DoAsync("export")).Out));
        }
        else
        {
            await Box.DoAsync("cancel", $"{id}");
            await Box.DoAsync("retry", "--new", $"{id}");
        }

        var copy = (await queue.Inspector.GetAsync(new TaskId(id.Value + 1)))!;
        Assert.Equal((TaskHolds.Approval, TimeSpan.FromSeconds(45), new Cost(0.25m, "tokens")), (copy.Holds, copy.LeaseDuration, copy.EstimatedCost));
        Assert.Equal((TimeSpan.FromHours(2), "ann"), (copy.Approval?.ExpiresAfter, copy.Approval?.Approvers?.Single()));
        Assert.Equal("1", copy.Metadata["a"]);
    }

    [Theory]
    [InlineData("{\"version\":1,\"id\":1,\"type\":\"command\"}\nno json\n", "line 2")]
    [InlineData("{\"version\":2,\"id\":1,\"type\":\"command\"}\n", "line 1")]
    [InlineData("{\"version\":1,\"id\":1,\"type\":\"command\",\"after\":[{\"id\":7}]}\n", "task 7")]
    public async Task Import_WrongLine_AddsNothingAndNamesIt(string text, string named)
    {
        var result = await Box.RunProgramAsync(Sandbox.Dq, ["import", await Box.WriteAsync("tasks.jsonl", text)]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(named, result.Err, StringComparison.Ordinal);
        Assert.Empty(await IdsAsync());
    }

    /// <summary>A finished command with a log, without a worker.</summary>
    private async Task<long> EndedAsync(string group, bool success)
    {
        var id = await Box.AddAsync("-g", group, "true");
        await using var queue = await Box.OpenAsync();
        var leased = await queue.CheckoutAsync(new CheckoutRequest { Worker = "test", Groups = [group] });
        Assert.Equal(id, leased!.Id.Value);
        _ = success ? await queue.CompleteAsync(leased.Lease) : await queue.FailAsync(leased.Lease, new TaskFailure("no") { Permanent = true });
        Directory.CreateDirectory(Box.Files.LogDirectory);
        await File.WriteAllTextAsync(Box.Files.Log(leased.Id, 1), "output\n");
        return id;
    }

    private async Task<long[]> IdsAsync() => [.. (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("id").GetInt64())];
}
