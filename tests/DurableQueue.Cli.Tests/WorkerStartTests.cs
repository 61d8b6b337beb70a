using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Commands that are added start a worker if only the lack of one keeps them from running.</summary>
public sealed partial class WorkerStartTests : DqTest
{
    private const string Started = "A worker was started";

    public WorkerStartTests() => Box.Variables["DQ_START_WORKER"] = "1";

    [Fact]
    public async Task Add_NoWorker_StartsOneAndSaysHowToStopIt()
    {
        var added = await Box.DoAsync("add", "echo hi");

        var line = Assert.Single(added.Err.Split('\n'), line => line.Contains(Started, StringComparison.Ordinal));
        Assert.Contains("'dq worker --stop' stops it", line, StringComparison.Ordinal);
        Assert.DoesNotContain("does not run", added.Err, StringComparison.Ordinal);
        var daemon = (await Box.DoAsync("doctor")).Json.GetProperty("daemon").GetProperty("pid").GetInt32();
        Assert.Equal(PidIn(added), daemon);
        await Box.DoAsync("wait", "1");
        Assert.Equal("hi\n", (await Box.DoAsync("log", "1")).Out);

        var again = await Box.DoAsync("add", "--json", "true");
        Assert.Equal("", again.Err);
        Assert.Equal(0, JsonSchemas.Check("add", again).GetProperty("reasons").GetArrayLength());

        await Box.DoAsync("worker", "--stop");
        Assert.Equal(3, (await Box.RunAsync("doctor")).ExitCode);
    }

    [Fact]
    public async Task Add_QueueThatCameWithItsProject_StartsNoneUntilAWorkerWasRunByHand()
    {
        // What a clone looks like: the files are the caller's, but another program has made them.
        await Box.DoAsync("--queue", "origin/.dq/queue.db", "add", "--no-start-worker", "touch planted");
        Directory.CreateDirectory(Path.Combine(Box.Folder, "clone", ".dq"));
        File.Copy(Path.Combine(Box.Folder, "origin", ".dq", "queue.db"), Path.Combine(Box.Folder, "clone", ".dq", "queue.db"));
        string[] clone = ["--queue", "clone/.dq/queue.db"];

        var added = await Box.DoAsync([.. clone, "add", "true"]);
        var run = await Box.RunAsync([.. clone, "run", "true"]);

        Assert.Contains("came with its project", added.Err, StringComparison.Ordinal);
        Assert.DoesNotContain(Started, added.Err, StringComparison.Ordinal);
        Assert.Equal(125, run.ExitCode);
        Assert.Contains("came with its project", run.Err, StringComparison.Ordinal);
        Assert.Equal(0, (await Box.RunAsync([.. clone, "doctor"])).Json.GetProperty("workers").GetArrayLength());

        await Box.DoAsync([.. clone, "worker", "--daemon"]);
        await Box.DoAsync([.. clone, "wait", "--all"]);
        await Box.DoAsync([.. clone, "worker", "--stop"]);
        Assert.Contains(Started, (await Box.DoAsync([.. clone, "add", "true"])).Err, StringComparison.Ordinal);
        await Box.DoAsync([.. clone, "worker", "--stop"]);

        // One that dq has made here is known.
        Assert.Contains(Started, (await Box.DoAsync("--queue", "own/.dq/queue.db", "add", "true")).Err, StringComparison.Ordinal);
        await Box.DoAsync("--queue", "own/.dq/queue.db", "worker", "--stop");
    }

    [Fact]
    public async Task Run_NoWorker_StartsOneAndEndsWithTheCodeOfTheCommand()
    {
        var run = await Box.RunAsync("run", "echo hi; exit 3");

        Assert.Equal((3, "hi\n"), (run.ExitCode, run.Out));
        Assert.Contains(Started, run.Err, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("add --no-start-worker true", "1", "")]
    [InlineData("add true", "0", "")]
    [InlineData("add true", "0", "start_worker = true")]
    [InlineData("add true", "", "start_worker = false")]
    public async Task Add_StartIsOff_StartsNone(string arguments, string variable, string settings)
    {
        using var file = new SettingsFile(Box, settings);
        Box.Variables["DQ_START_WORKER"] = variable;

        var added = await Box.DoAsync(arguments.Split(' '));

        Assert.Contains("no-worker", added.Err, StringComparison.Ordinal);
        await AssertNoWorkerAsync();
    }

    [Fact]
    public async Task Add_VariableIsOne_WinsOverTheSetting()
    {
        using var file = new SettingsFile(Box, "start_worker = false");

        Assert.Contains(Started, (await Box.DoAsync("add", "true")).Err, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("maybe", "")]
    [InlineData("1", "start_worker = 1")]
    public async Task Add_SwitchIsNotValid_IsRefusedBeforeAnythingIsAdded(string variable, string settings)
    {
        using (new SettingsFile(Box, settings))
        {
            Box.Variables["DQ_START_WORKER"] = variable;
            Assert.Equal(1, (await Box.RunAsync("add", "true")).ExitCode);
        }

        Box.Variables["DQ_START_WORKER"] = "0";
        Assert.Equal(0, (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").GetArrayLength());
    }

    [Theory]
    [InlineData("add --stash true")]
    [InlineData("add --approval true")]
    [InlineData("add --after 1 true")]
    [InlineData("add -g paused true")]
    [InlineData("add --dry-run true")]
    [InlineData("start 2")]
    [InlineData("retry 3")]
    public async Task Task_HeldOrOfAnotherType_StartsNone(string arguments)
    {
        await Box.AddAsync("--stash", "true");
        await Box.DoAsync("group", "add", "paused");
        await Box.DoAsync("group", "pause", "paused");
        await using (var queue = await Box.OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask("mail"));
            var failed = await queue.EnqueueAsync(new NewTask("mail"));
            await queue.Control.CancelAsync(failed);
        }

        var done = await Box.DoAsync(arguments.Split(' '));

        Assert.DoesNotContain(Started, done.Err, StringComparison.Ordinal);
        await AssertNoWorkerAsync();
    }

    [Theory]
    [InlineData("add --delay 1s true", 3)]
    [InlineData("enqueue 1", 1)]
    [InlineData("start 1", 1)]
    [InlineData("start -g default", 3)]
    [InlineData("approve 2", 2)]
    [InlineData("approve --request 1", 2)]
    [InlineData("retry 3", 3)]
    [InlineData("retry --new 3", 4)]
    public async Task Task_BecomesReady_StartsAWorkerThatRunsIt(string arguments, int id)
    {
        await Box.AddAsync("--stash", "true");
        await Box.AddAsync("--approval", "true");
        if (id > 2 && arguments[0] is not 'a')
        {
            await Box.AddAsync("--no-start-worker", "true");
            if (arguments[0] is 'r')
            {
                await Box.DoAsync("cancel", "3");
            }
        }

        await AssertNoWorkerAsync();
        var done = await Box.DoAsync(arguments.Split(' '));

        Assert.Contains(Started, done.Err, StringComparison.Ordinal);
        await Box.DoAsync("wait", $"{id}");
    }

    [Fact]
    public async Task DagSubmit_NoWorker_StartsOne()
    {
        var file = await Box.WriteAsync("graph.yaml", "tasks:\n  first:\n    cmd: 'true'\n  second:\n    cmd: 'true'\n    after: [first]\n");

        var submitted = await Box.DoAsync("dag", "submit", file);

        Assert.Contains(Started, submitted.Err, StringComparison.Ordinal);
        Assert.Equal(2, JsonSchemas.Check("dag", submitted).GetProperty("ids").EnumerateObject().Count());
        await Box.DoAsync("wait", "--all");
    }

    [Fact]
    public async Task Add_TwentyAtOnce_StartsOneWorker()
    {
        await Box.DoAsync("status");
        var added = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Box.RunAsync("add", $"echo {number}")));

        Assert.All(added, each => Assert.Equal(0, each.ExitCode));
        Assert.All(added, each => Assert.DoesNotContain("does not run", each.Err, StringComparison.Ordinal));
        Assert.Single(added, each => each.Err.Contains(Started, StringComparison.Ordinal));
        await Box.DoAsync("wait", "--all");
        var worker = Assert.Single((await Box.DoAsync("doctor")).Json.GetProperty("workers").EnumerateArray());
        Assert.Equal(PidIn(added.Single(each => each.Err.Contains(Started, StringComparison.Ordinal))), worker.GetProperty("pid").GetInt32());
        Assert.Single(await File.ReadAllLinesAsync($"{Box.QueuePath}.worker.log"), line => line.Contains("is running (pid", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Add_DetachedWorkerHasOtherGroups_StartsOneForTheGroupBesideIt()
    {
        await Box.DoAsync("worker", "--daemon", "--group", "ml");

        var added = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Box.DoAsync("add", "true")));

        var pid = PidIn(Assert.Single(added, each => each.Err.Contains(Started, StringComparison.Ordinal)));
        await Box.DoAsync("wait", "--all");
        var workers = (await Box.DoAsync("doctor")).Json.GetProperty("workers").EnumerateArray().ToList();
        Assert.Equal(2, workers.Count);
        Assert.Equal("default", Assert.Single(workers, worker => worker.GetProperty("pid").GetInt32() == pid).GetProperty("groups")[0].GetString());
        await Box.DoAsync("worker", "--stop");
        await AssertNoWorkerAsync();
    }

    [Fact]
    public async Task Daemon_OnlyAWorkerOfASingleGroupIsLeft_StartsAsAsked()
    {
        await Box.DoAsync("worker", "--daemon", "--group", "ml");
        var beside = PidIn(await Box.DoAsync("add", "true"));
        Assert.Equal(0, (await Box.ShellAsync($"kill -9 $(head -n 1 {Box.QueuePath}.worker.pid)")).ExitCode);

        var daemon = await Box.DoAsync("worker", "--daemon", "--group", "ml");

        Assert.Contains("A worker was started (pid ", daemon.Err, StringComparison.Ordinal);
        Assert.NotEqual(beside, PidIn(daemon));
        Assert.Contains($"A worker is already running (pid {PidIn(daemon)})", (await Box.DoAsync("worker", "--daemon")).Err, StringComparison.Ordinal);
        await Box.DoAsync("run", "-g", "ml", "true");
        await Box.DoAsync("worker", "--stop");
        await AssertNoWorkerAsync();
    }

    [Fact]
    public async Task Add_StartFails_AddsTheTaskAndSaysWhy()
    {
        Directory.CreateDirectory($"{Box.QueuePath}.worker.log");

        var added = await Box.DoAsync("add", "--print-id", "true");
        var run = await Box.RunAsync("run", "true");

        Assert.Equal("1\n", added.Out);
        Assert.Matches("No worker was started: .*queue.db.worker.log", added.Err);
        Assert.Contains("no-worker", added.Err, StringComparison.Ordinal);
        Assert.Equal("Queued", (await Box.TaskAsync(1)).GetProperty("state").GetString());
        Assert.Equal(125, run.ExitCode);
        Assert.Contains("No worker was started", run.Err, StringComparison.Ordinal);
        await AssertNoWorkerAsync();
    }

    [Fact]
    public async Task Add_WorkerEndsWhileItStarts_SaysItsLastWords()
    {
        // The queue can be opened, and a worker ends at once: its pid file cannot be written.
        Directory.CreateDirectory($"{Box.QueuePath}.worker.pid");

        var added = await Box.DoAsync("add", "true");

        Assert.Matches("No worker was started: The worker did not start \\(.+\\); see .*queue.db.worker.log", added.Err);
    }

    [Fact]
    public async Task Add_QueueOfAnotherUser_StartsNone()
    {
        if (Environment.UserName != "root")
        {
            return;
        }

        await Box.DoAsync("status");
        Assert.Equal(0, (await Box.RunProgramAsync("chown", ["65534", Box.QueuePath])).ExitCode);

        Assert.DoesNotContain(Started, (await Box.DoAsync("add", "true")).Err, StringComparison.Ordinal);
        Assert.Equal(125, (await Box.RunAsync("run", "true")).ExitCode);
        await AssertNoWorkerAsync();
    }

    [Fact]
    public async Task Add_InsideATask_StartsNoneBesideItsWorker()
    {
        await Box.StartWorkerAsync("--group", "default");

        var run = await Box.RunAsync("run", "dq add -g other true 2>&1");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("no-worker", run.Out, StringComparison.Ordinal);
        await AssertNoDaemonAsync();
    }

    [Fact]
    public async Task Add_WorkerIsStarting_WaitsForItInsteadOfStartingAnother()
    {
        await Box.DoAsync("status");
        var marked = Path.Combine(Box.Folder, "marked");

        // As a worker does from its first moment.
        using var mark = Box.StartProgram("flock", "--shared", $"{Box.QueuePath}.worker.start", "sh", "-c", $"touch {marked}; sleep 60");
        try
        {
            await Sandbox.UntilAsync(() => File.Exists(marked), "the start is marked");
            var adding = Box.RunAsync("add", "true");
            await Box.StartWorkerAsync();

            Assert.DoesNotContain(Started, (await adding).Err, StringComparison.Ordinal);
            await AssertNoDaemonAsync();
        }
        finally
        {
            mark.Kill(entireProcessTree: true);
            await mark.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task StartedWorker_HoldsNothingOfItsCaller()
    {
        // A pipe and a lock that the worker held open would never end and never be free.
        var added = await Box.ShellAsync("umask 077; mkdir gone; cd gone; flock ../lock dq add true 2>&1 | cat; rmdir ../gone; flock --nonblock ../lock true && echo free");

        Assert.Contains(Started, added.Out, StringComparison.Ordinal);
        Assert.EndsWith("free\n", added.Out, StringComparison.Ordinal);
        var pid = PidOf(added.Out);
        Assert.Equal($"{pid}", (await Box.RunProgramAsync("ps", ["-o", "sid=", "-p", $"{pid}"])).Out.Trim());
        Assert.Equal(Box.Folder, new FileInfo($"/proc/{pid}/cwd").LinkTarget);
        Assert.Equal("/dev/null", new FileInfo($"/proc/{pid}/fd/0").LinkTarget);
        Assert.Contains("Umask:\t0077", await File.ReadAllTextAsync($"/proc/{pid}/status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_StreamsAreClosed_StartsOne()
    {
        Assert.Equal(0, (await Box.ShellAsync("dq add true <&- >&- 2>&-")).ExitCode);

        Assert.Equal(0, (await Box.RunAsync("doctor")).ExitCode);
        await Box.DoAsync("wait", "1");
    }

    [Fact]
    public async Task StartedWorker_HasNoSecretsOfItsCaller()
    {
        Box.Variables["MY_TOKEN"] = "s3cret";
        var added = await Box.DoAsync("add", "--print-id", "[ \"$MY_TOKEN\" = s3cret ]");
        Box.Variables.Remove("MY_TOKEN");

        Assert.Equal(0, (await Box.RunAsync("wait", "1")).ExitCode);
        Assert.DoesNotContain("s3cret", await File.ReadAllTextAsync($"/proc/{PidIn(added)}/environ"), StringComparison.Ordinal);
        var other = await Box.RunAsync("run", "--clean-env", "env");
        Assert.DoesNotContain("MY_TOKEN", other.Out, StringComparison.Ordinal);
        Assert.Contains("PATH=", other.Out, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\(pid (\d+)")]
    private static partial Regex Pid();

    private static int PidIn(DqResult result) => PidOf(result.Err);

    private static int PidOf(string text) => int.Parse(Pid().Match(text).Groups[1].Value, CultureInfo.InvariantCulture);

    private async Task AssertNoWorkerAsync()
    {
        Assert.Equal(3, (await Box.RunAsync("doctor")).ExitCode);
        await AssertNoDaemonAsync();
    }

    private async Task AssertNoDaemonAsync() =>
        Assert.Equal(2, (await Box.RunAsync("worker", "--stop")).ExitCode);
}
