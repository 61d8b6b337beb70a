using Xunit;

namespace DurableQueue.CrashTests;

/// <summary>A process dies at every step of an approval and of a route: nobody is asked twice, and nothing that was decided is lost.</summary>
[Collection(nameof(CrashTestCollection))]
public sealed class ApprovalCrashTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("durable-queue-approval-").FullName;
    private readonly List<string> said = [];

    private string FilePath => Path.Combine(directory, "queue.db");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("enqueue,checkout,ask", 3, 0, 1)]
    [InlineData("enqueue,checkout,ask,ask", 4, 1, 1)]
    public async Task Kill_BesideTheCommitOfARequest_StoresItOnceOrNot(string steps, int commit, int before, int after)
    {
        Assert.Equal(before, (await TrailAfterAsync(steps, $"commit.before:{commit}")).Count);
        Assert.Equal(after, (await TrailAfterAsync(steps, $"commit.after:{commit}")).Count);
    }

    [Fact]
    public async Task Kill_BesideTheCommitOfADecision_StoresItOrNot()
    {
        const string Steps = "enqueue,checkout,ask,approve:1";

        Assert.Equal(ApprovalStatus.Pending, Assert.Single(await TrailAfterAsync(Steps, "commit.before:4")).Status);
        Assert.Equal((ApprovalStatus.Approved, "ann"), Decision(Assert.Single(await TrailAfterAsync(Steps, "commit.after:4"))));
    }

    [Fact]
    public async Task Kill_BesideTheCommitOfARoute_LeavesTheTaskRoutedOrNot()
    {
        await TrailAfterAsync("auto,checkout,route", "commit.before:3");
        Assert.Equal((NewTask.AutoType, TaskState.CheckedOut, 1), Route(await GetTaskAsync()));

        await TrailAfterAsync("auto,checkout,route", "commit.after:3");
        Assert.Equal(("step", TaskState.Queued, 0), Route(await GetTaskAsync()));
        Assert.Equal("as asked", (await GetTaskAsync()).Route?.Reason);
    }

    [Fact]
    public async Task Kill_AskedAndNotDecided_TheNextProcessGoesOnWithTheSameRequest()
    {
        await EnqueueAsync(queue => queue.EnqueueAsync("ask", "rm -rf build"));
        Assert.Equal(137, await RunHostAsync("approval.asked:1"));
        await using (var queue = await OpenAsync())
        {
            // Decided while nobody runs.
            await queue.Approvals.ApproveAsync(Assert.Single(await queue.Approvals.ListPendingAsync()).Id, "ann");
        }

        Assert.Equal(137, await RunHostAsync("attempt.settled:1"));

        Assert.Equal(["start ask 1 1", "start ask 1 2", "go 1 1 ann"], said);
        await AssertDoneWithOneRequestAsync();
    }

    [Fact]
    public async Task Kill_ApprovedAndNotResumed_TheNextProcessGetsTheSameDecision()
    {
        await EnqueueAsync(queue => queue.EnqueueAsync("ask", "rm -rf build"));
        await using (var queue = await OpenAsync())
        {
            var host = RunHostAsync("approval.decided:1");
            using var limit = new CancellationTokenSource(Child.Limit);
            await foreach (var request in queue.Approvals.WatchPendingAsync(cancellationToken: limit.Token))
            {
                // The other process must have begun to wait: a decision that comes before is found at once. Nobody tells of the suspension.
                while (await queue.Inspector.GetAsync(request.TaskId, limit.Token) is not { Waiting: true })
                {
                    await Task.Yield();
                }

                await queue.Approvals.ApproveAsync(request.Id, "ann", cancellationToken: limit.Token);
                break;
            }

            Assert.Equal(137, await host);
        }

        Assert.Equal(137, await RunHostAsync("attempt.settled:1"));

        Assert.Equal(["start ask 1 1", "start ask 1 2", "go 1 1 ann"], said);
        await AssertDoneWithOneRequestAsync();
    }

    [Fact]
    public async Task Kill_BesideTheRoute_AsksTheRouterAgainOnlyIfItsChoiceWasLost()
    {
        await EnqueueAsync(queue => queue.EnqueueAsync(NewTask.Auto("\"x\""u8.ToArray())));
        Assert.Equal(137, await RunHostAsync("route.chosen:1"));
        Assert.Equal((NewTask.AutoType, TaskState.CheckedOut, 1), Route(await GetTaskAsync()));
        Assert.Equal(137, await RunHostAsync("route.stored:1"));
        var routed = await GetTaskAsync();
        Assert.Equal("always", routed.Route?.Reason);

        // The worker that died may have checked the task out again, as what it is now, and even have run it to its end.
        Assert.Equal(routed.State == TaskState.Queued ? 1 : 2, routed.Attempt);
        var last = routed.State == TaskState.Done ? routed.Attempt : routed.Attempt + 1;
        if (routed.State != TaskState.Done)
        {
            Assert.Equal(137, await RunHostAsync("attempt.settled:1"));
        }

        // Only the first choice was lost: the first worker's lease ran out, and its attempt counts.
        Assert.Equal(["route 1", "route 1"], said.Where(line => line.StartsWith("route", StringComparison.Ordinal)));
        Assert.Equal($"start quick 1 {last}", said.Last(line => line.StartsWith("start", StringComparison.Ordinal)));
        Assert.Equal(("quick", TaskState.Done, last), Route(await GetTaskAsync()));
    }

    private static (ApprovalStatus Status, string? By) Decision(ApprovalInfo record) => (record.Status, record.DecidedBy);

    private static (string Type, TaskState State, int Attempt) Route(TaskInfo task) => (task.Type, task.State, task.Attempt);

    private async Task<SqliteTaskQueue> OpenAsync() => await SqliteTaskQueue.OpenAsync(FilePath, new SqliteQueueOptions { BackgroundSweeps = false });

    private async Task EnqueueAsync(Func<ITaskQueue, ValueTask<TaskId>> enqueue)
    {
        await using var queue = await OpenAsync();
        await enqueue(queue);
    }

    private async Task<TaskInfo> GetTaskAsync()
    {
        await using var queue = await OpenAsync();
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        return (await queue.Inspector.GetAsync(new TaskId(1)))!;
    }

    private async Task AssertDoneWithOneRequestAsync()
    {
        Assert.Equal(("ask", TaskState.Done, 2), Route(await GetTaskAsync()));
        Assert.Equal((ApprovalStatus.Approved, "ann"), Decision(Assert.Single(await ReadTrailAsync())));
    }

    /// <summary>The records after a process that died at a point of its steps, on a new file.</summary>
    private async Task<List<ApprovalInfo>> TrailAfterAsync(string steps, string point)
    {
        foreach (var file in Directory.GetFiles(directory))
        {
            File.Delete(file);
        }

        Assert.Equal(137, await RunAsync(["steps", $"db={FilePath}", "name=w", $"steps={steps}", "sweeps=no"], point));
        return await ReadTrailAsync();
    }

    private async Task<List<ApprovalInfo>> ReadTrailAsync()
    {
        await using var queue = await OpenAsync();
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        var records = new List<ApprovalInfo>();
        await foreach (var record in queue.Approvals.ReadAsync())
        {
            records.Add(record);
        }

        return records;
    }

    private Task<int> RunHostAsync(string point) => RunAsync(["host", $"db={FilePath}", "lease=1500"], point);

    private async Task<int> RunAsync(IReadOnlyList<string> arguments, string point)
    {
        await using var child = Child.Start(arguments, said.Add, new Dictionary<string, string> { ["DURABLEQUEUE_FAULT_POINT"] = point });
        child.Go();
        var code = await child.ExitAsync();
        said.RemoveAll(line => line.Split(' ')[0] is not ("start" or "go" or "route"));
        return code;
    }
}
