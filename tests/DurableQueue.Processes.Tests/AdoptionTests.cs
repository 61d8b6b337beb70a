using System.Globalization;
using DurableQueue.Processes.Running;
using DurableQueue.Storage;
using Xunit;

namespace DurableQueue.Processes.Tests;

/// <summary>What becomes of commands whose worker dies, or stops.</summary>
public sealed class AdoptionTests : IAsyncLifetime
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-adoption-");
    private SqliteTaskQueue queue = null!;

    private string QueuePath => Path.Combine(directory.FullName, "queue.db");

    private CommandFiles Files => new(QueuePath);

    public async Task InitializeAsync() => queue = await SqliteTaskQueue.OpenAsync(QueuePath);

    public async Task DisposeAsync()
    {
        await queue.DisposeAsync();
        foreach (var process in Linux.ProcessStat.ReadAll().Where(process => Linux.ProcessStat.HasEnvironment(process.Pid, [$"DURABLEQUEUE_QUEUE={QueuePath}"])))
        {
            _ = Linux.Native.Kill(process.Pid, 9);
        }

        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task WorkerKilled_TenCommandsRun_AllOutputsAndExitCodesAreRightAndNoneRanTwice()
    {
        const int count = 10;
        using var first = await WorkerProcess.StartAsync(QueuePath);
        var ids = new List<TaskId>();
        for (var i = 0; i < count; i++)
        {
            // Half of them end while no worker is there; all wait for the moment after the kill.
            var gate = i % 2 == 0 ? "killed" : "second";
            ids.Add(await AddAsync($"echo run >>runs.{i}; seq 1 2000; while [ ! -e {gate} ]; do sleep 0.02; done; seq 2001 4000; exit {i}"));
        }

        foreach (var id in ids)
        {
            await OutputAsync(id, "\n2000\n");
        }

        await first.KillAsync();
        await File.WriteAllTextAsync(In("killed"), "");
        foreach (var id in ids.Where((_, i) => i % 2 == 0))
        {
            await CommandHost.UntilAsync(() => new ValueTask<bool>(RunRecord.Read(Files.Run(id, 1))?.ExitStatus is not null), "exit code");
        }

        using var second = await WorkerProcess.StartAsync(QueuePath);
        await CommandHost.UntilAsync(async () => (await queue.Inspector.CountAsync()).Total.CheckedOut == count / 2, "adoption");
        await File.WriteAllTextAsync(In("second"), "");
        await queue.Inspector.WaitAsync(TaskSelector.All).AsTask().WaitAsync(CommandHost.Guard);

        var whole = string.Concat(Enumerable.Range(1, 4000).Select(n => $"{n}\n"));
        for (var i = 0; i < count; i++)
        {
            var info = (await queue.Inspector.GetAsync(ids[i]))!;
            var result = await ResultAsync(ids[i]);
            Assert.Equal((i, null, true), (result.ExitCode, result.Signal, result.Adopted));
            Assert.Equal((i == 0 ? TaskOutcome.Succeeded : TaskOutcome.Failed, 1), (info.Outcome, info.Attempt));
            Assert.Equal(whole, await File.ReadAllTextAsync(Files.Log(ids[i], 1)));
            Assert.Equal("run\n", await File.ReadAllTextAsync(In($"runs.{i.ToString(CultureInfo.InvariantCulture)}")));
        }

        Assert.Equal(ids.Order(), (await queue.Notifications.ListAsync()).Select(n => n.TaskId!.Value).Order());
    }

    [Fact]
    public async Task WorkerStopped_CommandRuns_GoesOnForTheNextWorker()
    {
        using var first = await WorkerProcess.StartAsync(QueuePath);
        var id = await AddAsync("echo run >>runs; while [ ! -e go ]; do sleep 0.02; done; exit 4");
        await ExistsAsync("runs");

        await first.StopAsync();
        Assert.Equal(TaskState.CheckedOut, (await queue.Inspector.GetAsync(id))?.State);
        Assert.NotNull(await new CommandControl(queue, QueuePath).FindAsync(id));
        using var second = await WorkerProcess.StartAsync(QueuePath);
        await File.WriteAllTextAsync(In("go"), "");
        await EndAsync(id);

        Assert.Equal(4, (await ResultAsync(id)).ExitCode);
        Assert.Equal("run\n", await File.ReadAllTextAsync(In("runs")));
    }

    [Fact]
    public async Task WorkerKilled_LogDirectoryDeletedMeanwhile_CommandIsFoundRunsOnceAndItsExitCodeIsKnown()
    {
        using var first = await WorkerProcess.StartAsync(QueuePath);
        var id = await AddAsync("echo run >>runs; while [ ! -e go ]; do sleep 0.02; done; exit 4");
        await ExistsAsync("runs");
        await first.KillAsync();
        Directory.Delete(Files.LogDirectory, recursive: true);

        using var second = await WorkerProcess.StartAsync(QueuePath);

        // It has found the command when it has the record open that has no name any more.
        await CommandHost.UntilAsync(
            () => new ValueTask<bool>(Directory.EnumerateFiles($"/proc/{second.Pid}/fd").Any(
                link => new FileInfo(link).LinkTarget?.EndsWith(".run (deleted)", StringComparison.Ordinal) == true)),
            "adoption");
        await File.WriteAllTextAsync(In("go"), "");
        await EndAsync(id);

        Assert.Equal("run\n", await File.ReadAllTextAsync(In("runs")));
        Assert.Equal((4, true), ((await ResultAsync(id)).ExitCode, (await ResultAsync(id)).Adopted));
    }

    [Fact]
    public async Task WorkerKilled_CommandCancelledMeanwhile_IsStoppedByTheNextWorker()
    {
        using var first = await WorkerProcess.StartAsync(QueuePath);
        var id = await AddAsync("echo run >>runs; sleep 60");
        await ExistsAsync("runs");
        await first.KillAsync();
        Assert.Equal(CancelResult.Requested, await queue.Control.CancelAsync(id));

        using var second = await WorkerProcess.StartAsync(QueuePath);

        Assert.Equal(TaskOutcome.Killed, (await EndAsync(id)).Outcome);
        Assert.Equal("TERM", (await ResultAsync(id)).SignalName);
    }

    [Fact]
    public async Task WorkerKilled_TimeoutPassesMeanwhile_IsTimedOut()
    {
        using var first = await WorkerProcess.StartAsync(QueuePath);
        var id = await AddAsync("echo run >>runs; sleep 60", t => t with { Timeout = TimeSpan.FromSeconds(3) });
        await ExistsAsync("runs");
        await first.KillAsync();

        using var second = await WorkerProcess.StartAsync(QueuePath);

        Assert.Equal(TaskOutcome.TimedOut, (await EndAsync(id)).Outcome);
        Assert.Equal("run\n", await File.ReadAllTextAsync(In("runs")));
    }

    [Fact]
    public async Task WorkerKilled_PolicyKill_StopsTheCommandAndTriesAgainAsTheSettingsSay()
    {
        using var first = await WorkerProcess.StartAsync(QueuePath);
        var id = await AddAsync("echo run >>runs; [ -e killed ] || sleep 60", t => t with { MaxAttempts = 2, Retry = RetryPolicy.Immediate });
        await ExistsAsync("runs");
        await first.KillAsync();
        await File.WriteAllTextAsync(In("killed"), "");

        using var second = await WorkerProcess.StartAsync(QueuePath, "policy=Kill");

        var info = await EndAsync(id);
        Assert.Equal((TaskOutcome.Succeeded, 2), (info.Outcome, info.Attempt));
        Assert.Contains("the restart policy is to stop it", Assert.Single(await queue.Inspector.GetAttemptsAsync(id)).Error, StringComparison.Ordinal);
        Assert.Equal("run\nrun\n", await File.ReadAllTextAsync(In("runs")));
    }

    [Fact]
    public async Task WorkerKilled_PolicyRerun_StopsTheCommandAndRunsItInTheSameAttempt()
    {
        using var first = await WorkerProcess.StartAsync(QueuePath);
        var id = await AddAsync("echo run | tee -a runs; [ -e killed ] || sleep 60");
        await ExistsAsync("runs");
        await first.KillAsync();
        await File.WriteAllTextAsync(In("killed"), "");

        using var second = await WorkerProcess.StartAsync(QueuePath, "policy=Rerun");

        var info = await EndAsync(id);
        Assert.Equal((TaskOutcome.Succeeded, 1), (info.Outcome, info.Attempt));
        Assert.Equal("run\nrun\n", await File.ReadAllTextAsync(Files.Log(id, 1)));
    }

    [Fact]
    public async Task CommandKilledWithItsSupervisor_WhileNoWorkerIsThere_FailsAndSaysThatItIsGone()
    {
        using var first = await WorkerProcess.StartAsync(QueuePath);
        var id = await AddAsync("echo run >>runs; sleep 60");
        await ExistsAsync("runs");
        var run = await new CommandControl(queue, QueuePath).FindAsync(id);
        await first.KillAsync();
        Assert.Equal(0, Linux.Native.Kill(-run!.Pid, 9));

        using var second = await WorkerProcess.StartAsync(QueuePath);

        var info = await EndAsync(id);
        Assert.Equal(TaskOutcome.Failed, info.Outcome);
        Assert.Contains("left no exit code", info.LastError, StringComparison.Ordinal);
        Assert.Equal("run\n", await File.ReadAllTextAsync(In("runs")));
    }

    [Fact]
    public async Task WorkerKilledBeforeTheStart_RecordIsMissing_RunsOnce()
    {
        var id = await AddAsync("echo run >>runs");
        await using (var dead = await SqliteTaskQueue.OpenAsync(QueuePath))
        {
            var request = new CheckoutRequest { Worker = "dead", AdoptedTypes = [CommandTask.TypeName] };
            Assert.Equal(id, (await dead.CheckoutAsync(request))?.Id);
        }

        using var second = await WorkerProcess.StartAsync(QueuePath);

        var info = await EndAsync(id);
        Assert.Equal((TaskOutcome.Succeeded, 1), (info.Outcome, info.Attempt));
        Assert.Equal("run\n", await File.ReadAllTextAsync(In("runs")));
    }

    [Fact]
    public async Task RecordOfAnEarlierQueue_SameId_IsNotTakenForOurs()
    {
        Directory.CreateDirectory(Files.LogDirectory);
        var id = await AddAsync("echo run >>runs; exit 3");
        var self = Linux.ProcessStat.Read(Environment.ProcessId)!.Value;
        var foreign = FolderTest.Run with { TaskId = id, EnqueuedAtMs = 12345, BootId = ProcessIdentity.ReadBootId() };
        await File.WriteAllTextAsync(
            Files.Run(id, 1),
            string.Create(CultureInfo.InvariantCulture, $"{foreign} | {self.Pid} (x) S 1 {self.Group} {self.Session} 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 {self.StartedAt} 0\n"));

        using var worker = await WorkerProcess.StartAsync(QueuePath);
        await EndAsync(id);

        Assert.Equal(3, (await ResultAsync(id)).ExitCode);
        Assert.Equal("run\n", await File.ReadAllTextAsync(In("runs")));
    }

    [Fact]
    public async Task WorkerKilled_WatchedCommand_RaisesEachMatchOnce()
    {
        using var first = await WorkerProcess.StartAsync(QueuePath);
        var command = new CommandTask
        {
            CommandLine = "echo event 1; while [ ! -e go ]; do sleep 0.02; done; echo event 2; echo event 3",
            WorkingDirectory = directory.FullName,
            Watch = [new OutputPattern("event \\d") { Mode = OutputWatchMode.Always }],
        };
        var id = await queue.EnqueueAsync(command.ToTask());
        await CommandHost.UntilAsync(async () => (await queue.Notifications.ListAsync()).Count == 1, "first match");
        await first.KillAsync();
        await File.WriteAllTextAsync(In("go"), "");

        using var second = await WorkerProcess.StartAsync(QueuePath);
        await EndAsync(id);

        Assert.Equal(
            ["event 1", "event 2", "event 3"], (await queue.Notifications.ListAsync()).Where(n => n.Topic == "output").Select(n => n.Text));
    }

    [Fact]
    public async Task WorkerKilled_AtAnyMoment_RaisesEachMatchOnceWithinTheBudget()
    {
        const int lines = 300;
        const int budget = 250;
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var command = new CommandTask
        {
            CommandLine = $"for i in $(seq 1 {lines}); do echo event $i; sleep 0.01; done; while [ ! -e go ]; do sleep 0.02; done",
            WorkingDirectory = directory.FullName,
            Watch = [new OutputPattern("event \\d+") { Mode = OutputWatchMode.Always }, new OutputPattern("event \\d*0$") { Mode = OutputWatchMode.Transition, Settle = TimeSpan.FromMilliseconds(1) }],
            MaxWakes = budget,
            MaxWakeBytes = 0,
        };
        var id = await queue.EnqueueAsync(command.ToTask());
        for (var kills = 0; kills < 4; kills++)
        {
            using var worker = await WorkerProcess.StartAsync(QueuePath);
            var raised = (await queue.Notifications.GetLastNumberAsync()) + random.Next(1, 30);
            await CommandHost.UntilAsync(async () => await queue.Notifications.GetLastNumberAsync() >= raised, "more notifications");
            await worker.KillAsync();
        }

        await OutputAsync(id, $"event {lines}\n");
        await File.WriteAllTextAsync(In("go"), "");
        using var last = await WorkerProcess.StartAsync(QueuePath);
        await EndAsync(id);

        var all = await queue.Notifications.QueryAsync(new NotificationQuery { Limit = 1_000 });
        var always = all.Where(n => n is { Topic: "output", Name: "event \\d+" }).Select(n => n.Text).ToList();
        Assert.True(always.SequenceEqual(Enumerable.Range(1, always.Count).Select(n => $"event {n}")), $"seed {seed}: {string.Join(", ", always)}");
        var settled = all.Where(n => n is { Topic: "output", Name: not "event \\d+" }).Select(n => n.Text).ToList();
        Assert.True(settled.Distinct().Count() == settled.Count, $"seed {seed}: {string.Join(", ", settled)}");
        Assert.Equal(budget, always.Count + settled.Count);
        Assert.Equal(["output-budget", "exit"], all.TakeLast(2).Select(n => n.Topic));
    }

    private string In(string name) => Path.Combine(directory.FullName, name);

    private async ValueTask<TaskId> AddAsync(string line, Func<NewTask, NewTask>? configure = null)
    {
        var task = new CommandTask { CommandLine = line, WorkingDirectory = directory.FullName, KillGrace = TimeSpan.FromSeconds(2) }
            .ToTask(t => t with { MaxAttempts = 1 });
        return await queue.EnqueueAsync(configure?.Invoke(task) ?? task);
    }

    private async Task<TaskInfo> EndAsync(TaskId id)
    {
        await queue.Inspector.WaitAsync(TaskSelector.ByIds(id)).AsTask().WaitAsync(CommandHost.Guard);
        return (await queue.Inspector.GetAsync(id))!;
    }

    private async Task<CommandResult> ResultAsync(TaskId id) => CommandResult.FromBytes((await queue.Inspector.GetResultAsync(id))!.Value);

    private Task ExistsAsync(string name) => CommandHost.UntilAsync(() => new ValueTask<bool>(File.Exists(In(name)) && new FileInfo(In(name)).Length > 0), name);

    private Task OutputAsync(TaskId id, string text) => CommandHost.UntilAsync(
        async () => File.Exists(Files.Log(id, 1)) && (await File.ReadAllTextAsync(Files.Log(id, 1))).Contains(text, StringComparison.Ordinal), $"'{text}' in the log");
}
