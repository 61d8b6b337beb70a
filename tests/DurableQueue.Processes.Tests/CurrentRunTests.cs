using Xunit;

namespace DurableQueue.Processes.Tests;

/// <summary>What a program that runs inside a command can do in the name of its attempt.</summary>
public sealed class CurrentRunTests : IAsyncLifetime
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-current-run-");
    private SqliteTaskQueue queue = null!;

    private string QueuePath => Path.Combine(directory.FullName, "queue.db");

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
    public void FromEnvironment_NotInACommand_IsNull() => Assert.Null(CurrentRun.FromEnvironment());

    [Theory]
    [InlineData("DURABLEQUEUE_RUN", null)]
    [InlineData("DURABLEQUEUE_RUN", "17")]
    [InlineData("DURABLEQUEUE_RUN", "17.x")]
    [InlineData("DURABLEQUEUE_RUN", "17.2.3")]
    [InlineData("DURABLEQUEUE_TASK_ID", "")]
    [InlineData("DURABLEQUEUE_ATTEMPT", "-1")]
    [InlineData("DURABLEQUEUE_QUEUE", "")]
    public void From_VariableMissingOrChanged_IsNull(string name, string? value)
    {
        var variables = Variables("17.2");
        Assert.Equal((new TaskId(3), 1, QueuePath), CurrentRun.From(variables.GetValueOrDefault) is { } run ? (run.TaskId, run.Attempt, run.QueuePath) : default);

        variables[name] = value;

        Assert.Null(CurrentRun.From(variables.GetValueOrDefault));
    }

    [Fact]
    public async Task GetLease_WorkerKilledAndCommandAdopted_SameRunHasTheNewLease()
    {
        using var first = await WorkerProcess.StartAsync(QueuePath);
        var id = await AddAsync();
        var run = await RunAsync("1");
        var before = await run.GetLeaseAsync(queue);
        Assert.True(await queue.ReportProgressAsync(before, 0.25, "before"));

        await first.KillAsync();
        using var second = await WorkerProcess.StartAsync(QueuePath);
        await CommandHost.UntilAsync(async () => (await run.GetLeaseAsync(queue)).Token > before.Token, "adoption");
        var after = await run.GetLeaseAsync(queue);

        Assert.False(await queue.ReportProgressAsync(before, 0.5, "stale"));
        Assert.True(await queue.ReportProgressAsync(after, 0.75, "after"));
        Assert.Equal((id, 1, "after"), await queue.Inspector.GetAsync(id) is { } info ? (run.TaskId, info.Attempt, info.ProgressMessage) : default);
    }

    [Fact]
    public async Task GetLease_AttemptHasEndedAndTheNextOneRuns_IsRefused()
    {
        using var worker = await WorkerProcess.StartAsync(QueuePath);
        var id = await AddAsync(t => t with { MaxAttempts = 2, Retry = RetryPolicy.Immediate });
        var first = await RunAsync("1");
        await first.GetLeaseAsync(queue);
        await File.WriteAllTextAsync(In("go.1"), "");
        var second = await RunAsync("2");

        var error = await Assert.ThrowsAsync<TaskStateException>(async () => await first.GetLeaseAsync(queue));

        Assert.Equal((id, TaskState.CheckedOut, $"Attempt 1 of task {id} has ended: nothing more can be done in its name."), (error.Id, error.State, error.Message));
        Assert.Equal(id, (await second.GetLeaseAsync(queue)).TaskId);
    }

    [Fact]
    public async Task GetLease_RetriedByHand_IsAnotherRun()
    {
        using var worker = await WorkerProcess.StartAsync(QueuePath);
        var id = await AddAsync();
        var first = await RunAsync("1");
        await File.WriteAllTextAsync(In("go.1"), "");
        await queue.Inspector.WaitAsync(TaskSelector.ByIds(id)).AsTask().WaitAsync(CommandHost.Guard);
        Assert.Equal(TaskState.Failed, (await Assert.ThrowsAsync<TaskStateException>(async () => await first.GetLeaseAsync(queue))).State);
        File.Delete(In("run.1"));
        File.Delete(In("go.1"));

        await queue.Control.RetryAsync(id);
        var again = await RunAsync("1");

        await again.GetLeaseAsync(queue);
        await Assert.ThrowsAsync<TaskStateException>(async () => await first.GetLeaseAsync(queue));
    }

    [Fact]
    public async Task GetLease_TaskOfAnotherQueueWithTheSameIdAndToken_IsNotFound()
    {
        var id = await queue.EnqueueAsync(new NewTask("work"));
        var lease = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" });
        var variables = Variables("1.1");
        variables["DURABLEQUEUE_TASK_ID"] = $"{id}";
        Assert.Equal(1, lease?.Lease.Token);

        await Assert.ThrowsAsync<TaskNotFoundException>(async () => await CurrentRun.From(variables.GetValueOrDefault)!.GetLeaseAsync(queue));
    }

    private Dictionary<string, string?> Variables(string run) => new()
    {
        ["DURABLEQUEUE_TASK_ID"] = "3",
        ["DURABLEQUEUE_ATTEMPT"] = "1",
        ["DURABLEQUEUE_RUN"] = run,
        ["DURABLEQUEUE_QUEUE"] = QueuePath,
    };

    private string In(string name) => Path.Combine(directory.FullName, name);

    /// <summary>A command that leaves its environment behind, by attempt, and fails once it may go.</summary>
    private async Task<TaskId> AddAsync(Func<NewTask, NewTask>? configure = null)
    {
        var task = new CommandTask
        {
            CommandLine = "n=$DURABLEQUEUE_ATTEMPT; env >part.$n; mv part.$n run.$n; while [ ! -e go.$n ]; do sleep 0.02; done; exit 1",
            WorkingDirectory = directory.FullName,
        }.ToTask(t => t with { MaxAttempts = 1 });
        return await queue.EnqueueAsync(configure?.Invoke(task) ?? task);
    }

    private async Task<CurrentRun> RunAsync(string attempt)
    {
        await CommandHost.UntilAsync(() => new ValueTask<bool>(File.Exists(In($"run.{attempt}"))), $"attempt {attempt}");
        var variables = (await File.ReadAllLinesAsync(In($"run.{attempt}"))).Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
        return CurrentRun.From(variables.GetValueOrDefault) ?? throw new InvalidOperationException("The command has no run.");
    }
}
