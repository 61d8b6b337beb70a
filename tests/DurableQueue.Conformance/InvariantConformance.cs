using Xunit;

namespace DurableQueue.Conformance;

/// <summary>What holds after every step, whatever the steps: slots, limits, counters, finish numbers, and stale leases without effect.</summary>
public abstract class InvariantConformance : ConformanceTest
{
    private static readonly string[] Lanes = ["one", "two", "free"];

    [Fact]
    public async Task Finish_InAnyWay_NumbersRiseInCommitOrder()
    {
        var ids = await Queue.EnqueueAsync([
            new NewTask("complete"), new NewTask("fail"), new NewTask("kill"), new NewTask("expire") { MaxAttempts = 1 },
            new NewTask("cancel") { Stashed = true }, new NewTask("reject") { RequiresApproval = true },
        ]);
        var leases = (await Queue.CheckoutAsync(Worker(), 4)).Select(task => task.Lease).ToList();
        Assert.Equal(0, await Queue.Inspector.GetFinishSequenceAsync());

        await Queue.Control.RejectAsync(ids[5], "ann", "no");
        await Queue.FailAsync(leases[1], new TaskFailure("boom") { Permanent = true });
        await Queue.Control.CancelAsync(ids[4]);
        await Queue.CompleteAsync(leases[0]);
        await Queue.Control.CancelAsync(ids[2]);
        await Queue.ReleaseAsync(leases[2]);
        Time.Advance(TimeSpan.FromSeconds(301));
        await Queue.ReapExpiredAsync();

        var finished = await Queue.Inspector.QueryAsync(new TaskQuery { Order = TaskOrder.Finished });
        Assert.Equal([ids[5], ids[1], ids[4], ids[0], ids[2], ids[3]], finished.Tasks.Select(task => task.Id));
        var sequences = finished.Tasks.Select(task => task.FinishSequence).ToList();
        Assert.Equal(sequences.Order(), sequences);
        Assert.Equal(6, sequences.Distinct().Count());
        Assert.Equal(sequences[^1], await Queue.Inspector.GetFinishSequenceAsync());
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Finish_AfterRemoveOfTheLatest_DoesNotUseItsNumberAgain()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a"), new NewTask("a")]);
        await Queue.Control.CancelAsync(ids[0]);
        var first = await Queue.Inspector.GetFinishSequenceAsync();
        await Queue.Control.RemoveAsync([ids[0]]);
        await ReopenAsync();
        await Queue.Control.CancelAsync(ids[1]);

        Assert.True((await GetAsync(ids[1])).FinishSequence > first);
    }

    [Fact]
    public async Task Running_OneTaskThroughItsWholeLife_IsCountedExactly()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        var id = await Queue.EnqueueAsync(new NewTask("a") { Group = "one", Retry = RetryPolicy.Immediate, MaxAttempts = 9 });
        var task = await CheckoutAsync();
        await AssertSlotsAsync(running: 1, waiting: 0);
        await Queue.SuspendAsync(task.Lease);
        await AssertSlotsAsync(running: 0, waiting: 1);
        await Queue.ResumeAsync(task.Lease);
        await AssertSlotsAsync(running: 1, waiting: 0);
        await Queue.FailAsync(task.Lease, new TaskFailure("boom"));
        await AssertSlotsAsync(running: 0, waiting: 0);
        task = await CheckoutAsync();
        await Queue.SuspendAsync(task.Lease);
        await Queue.FailAsync(task.Lease, new TaskFailure("boom"));
        await AssertSlotsAsync(running: 0, waiting: 0);
        task = await CheckoutAsync();
        await Queue.SuspendAsync(task.Lease);
        Time.Advance(TimeSpan.FromSeconds(301));
        await Queue.ReapExpiredAsync();
        await AssertSlotsAsync(running: 0, waiting: 0);
        task = await CheckoutAsync();
        await Queue.Control.CancelAsync(id);
        await AssertSlotsAsync(running: 1, waiting: 0);
        await Queue.SuspendAsync(task.Lease);
        await AssertSlotsAsync(running: 0, waiting: 0);
        await Queue.Control.RetryAsync(id);
        await CheckoutAsync();
        await AssertSlotsAsync(running: 1, waiting: 0);
    }

    [Fact]
    public async Task Limit_LoweredBelowWhatRuns_StopsCheckoutsUntilBelowIt()
    {
        await Queue.Groups.EnsureAsync("one", 3);
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a") { Group = "one" }, 6)]);
        var tasks = await Queue.CheckoutAsync(Worker(), 10);
        Assert.Equal(3, tasks.Count);
        await Queue.Groups.SetParallelismAsync("one", 1);

        await Queue.CompleteAsync(tasks[0].Lease);
        await Queue.CompleteAsync(tasks[1].Lease);
        Assert.Empty(await Queue.CheckoutAsync(Worker(), 10));
        await Queue.CompleteAsync(tasks[2].Lease);
        Assert.Single(await Queue.CheckoutAsync(Worker(), 10));
        await Queue.Groups.SetParallelismAsync("one", 0);
        Assert.Equal(2, (await Queue.CheckoutAsync(Worker(), 10)).Count);
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Limit_ManyCallersAtOnce_IsNeverExceeded()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        await Queue.Groups.EnsureAsync("two", 2);
        await Queue.EnqueueAsync([.. Enumerable.Range(0, 90).Select(index => new NewTask("a") { Group = Lanes[index % 3], Priority = index % 4 })]);
        var running = new Dictionary<string, int> { ["one"] = 0, ["two"] = 0, ["free"] = 0 };
        var highest = new Dictionary<string, int>(running);
        var seen = new List<TaskId>();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            while (await Queue.CheckoutAsync(Worker($"w{worker}")) is { } task)
            {
                lock (running)
                {
                    seen.Add(task.Id);
                    highest[task.Group] = Math.Max(highest[task.Group], ++running[task.Group]);
                }

                var group = await Queue.Groups.GetAsync(task.Group);
                Assert.NotNull(group);
                Assert.True(group.Parallelism == 0 || group.Running <= group.Parallelism, $"{group.Name} runs {group.Running}.");
                lock (running)
                {
                    running[task.Group]--;
                }

                Assert.True(await Queue.CompleteAsync(task.Lease));
            }
        })));
        while (await Queue.CheckoutAsync(Worker()) is { } task)
        {
            seen.Add(task.Id);
            await Queue.CompleteAsync(task.Lease);
        }

        Assert.InRange(highest["one"], 1, 1);
        Assert.InRange(highest["two"], 1, 2);
        Assert.Equal(90, seen.Count);
        Assert.Equal(90, seen.Distinct().Count());
        await Queue.AssertInvariantsAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20_260_105)]
    [InlineData(int.MaxValue)]
    public async Task AnySteps_FromASeed_KeepTheInvariants(int seed)
    {
        var walk = new Walk(this, seed);
        await walk.RunAsync(steps: 160);
    }

    [Fact]
    public async Task AnySteps_FromAFreshSeed_KeepTheInvariants()
    {
        var walk = new Walk(this, Random.Shared.Next());
        await walk.RunAsync(steps: 160);
    }

    private async Task AssertSlotsAsync(int running, int waiting)
    {
        var group = await Queue.Groups.GetAsync("one");
        Assert.Equal((running, waiting), (group?.Running, group?.Waiting));
        await Queue.AssertInvariantsAsync();
    }

    /// <summary>Random steps over few tasks, so that they meet each other often; what must hold is checked after each.</summary>
    private sealed class Walk(InvariantConformance test, int seed)
    {
        private readonly Random random = new(seed);
        private readonly List<TaskId> ids = [];
        private readonly List<Lease> leases = [];
        private readonly Dictionary<TaskId, long> latestToken = [];
        private readonly List<string> history = [];

        private ITaskQueue Queue => test.Queue;

        public async Task RunAsync(int steps)
        {
            try
            {
                await Queue.Groups.EnsureAsync("one", 1);
                await Queue.Groups.EnsureAsync("two", 2);
                await Queue.Groups.EnsureAsync("free");
                await EnqueueAsync();
                for (var step = 0; step < steps; step++)
                {
                    var latest = await Queue.Inspector.GetFinishSequenceAsync();
                    var before = (await ReadAllAsync()).Where(task => task.IsFinished).ToDictionary(task => task.Id, task => task.FinishSequence);
                    await StepAsync();
                    await Queue.SettleAsync();
                    await Queue.AssertInvariantsAsync();
                    await AssertNewFinishesAreHigherAsync(before, latest);
                }
            }
            catch (Exception error)
            {
                // The seed is what replays the failure.
                Assert.Fail($"Seed {seed}, after step {history.Count}:\n{string.Join('\n', history.TakeLast(25))}\n{error}");
            }
        }

        private async Task StepAsync()
        {
            switch (random.Next(12))
            {
                case 0 or 1:
                    await EnqueueAsync();
                    break;
                case 2 or 3 or 4:
                    await CheckoutAsync();
                    break;
                case 5 or 6 or 7 or 8:
                    await UseLeaseAsync();
                    break;
                case 9 or 10:
                    await ControlAsync();
                    break;
                default:
                    await PassTimeAsync();
                    break;
            }
        }

        private async Task EnqueueAsync()
        {
            var task = new NewTask(random.Next(2) == 0 ? "x" : "y")
            {
                Group = Lanes[random.Next(Lanes.Length)],
                Priority = random.Next(3),
                MaxAttempts = random.Next(1, 4),
                Retry = random.Next(2) == 0 ? RetryPolicy.Immediate : null,
                Delay = random.Next(4) == 0 ? TimeSpan.FromSeconds(random.Next(60)) : null,
                Stashed = random.Next(8) == 0,
                RequiresApproval = random.Next(8) == 0,
                DedupKey = random.Next(4) == 0 ? $"key{random.Next(3)}" : null,
                After = ids.Count > 0 && random.Next(3) == 0
                    ? [new TaskDependency(ids[random.Next(ids.Count)], (DependencyCondition)random.Next(3))]
                    : [],
            };
            var (id, created) = await Queue.EnqueueOrGetAsync(task);
            Note($"enqueue {id} in {task.Group}, created {created}");
            if (created)
            {
                ids.Add(id);
            }
        }

        private async Task CheckoutAsync()
        {
            var before = (await ReadAllAsync()).ToDictionary(task => task.Id);
            var tasks = await Queue.CheckoutAsync(Worker(), random.Next(1, 4));
            Note($"checkout {string.Join(", ", tasks.Select(task => $"{task.Id} of {task.Group}"))}");
            foreach (var task in tasks)
            {
                Assert.True(task.Lease.Token > latestToken.GetValueOrDefault(task.Id), "The token did not rise.");
                Assert.Equal(0, (await GetAsync(task.Id)).PendingDependencies);
                latestToken[task.Id] = task.Lease.Token;
                leases.Add(task.Lease);
            }

            foreach (var group in tasks.Where(task => !before[task.Id].Urgent).Select(task => task.Group).Distinct())
            {
                var info = await Queue.Groups.GetAsync(group);
                Assert.NotNull(info);
                Assert.True(info.Parallelism == 0 || info.Running <= info.Parallelism, $"{group} runs {info.Running} of {info.Parallelism}.");
            }
        }

        private async Task UseLeaseAsync()
        {
            if (leases.Count == 0)
            {
                return;
            }

            // Recent leases mostly, so that many still count.
            var lease = leases[Math.Max(0, leases.Count - 1 - random.Next(random.Next(2) == 0 ? 4 : leases.Count))];
            var before = await Queue.SnapshotAsync(lease.TaskId);
            var holds = before.Info is { State: TaskState.CheckedOut } && latestToken[lease.TaskId] == lease.Token;
            var call = random.Next(9);
            var answer = call switch
            {
                0 or 1 => await Queue.CompleteAsync(lease),
                2 => await Queue.FailAsync(lease, new TaskFailure("boom")),
                3 => await Queue.FailAsync(lease, new TaskFailure("boom") { Permanent = true }),
                4 => await Queue.ReleaseAsync(lease),
                5 => await Queue.ReleaseAsync(lease, TimeSpan.FromSeconds(random.Next(90))),
                6 => await Queue.SuspendAsync(lease),
                7 => await Queue.ResumeAsync(lease),
                _ => await Queue.HeartbeatAsync(lease) != HeartbeatResult.Lost,
            };
            Note($"lease call {call} on {lease.TaskId} token {lease.Token}: {answer}");
            var killedBySuspend = call == 6 && before.Info is { CancelRequested: true };
            Assert.Equal(holds && !killedBySuspend, answer);
            if (!holds)
            {
                Assert.Equal(before, await Queue.SnapshotAsync(lease.TaskId));
            }
        }

        private async Task ControlAsync()
        {
            var id = ids[random.Next(ids.Count)];
            var call = random.Next(10);
            var before = await Queue.SnapshotAsync(id);
            try
            {
                await (call switch
                {
                    0 => IgnoreAnswerAsync(Queue.Control.CancelAsync(id)),
                    1 => Queue.Control.RetryAsync(id, withDependents: random.Next(2) == 0),
                    2 => Queue.Control.StashAsync(id),
                    3 => Queue.Control.UnstashAsync(id),
                    4 => Queue.Control.ApproveAsync(id, "ann"),
                    5 => Queue.Control.RejectAsync(id, "ann", "no"),
                    6 => Queue.Control.RunNowAsync(id),
                    7 => Queue.Control.EditAsync(id, new TaskEdit { Group = Lanes[random.Next(Lanes.Length)], Priority = random.Next(3) }),
                    8 => Queue.Groups.PauseAsync(Lanes[random.Next(Lanes.Length)]),
                    _ => Queue.Groups.ResumeAsync(Lanes[random.Next(Lanes.Length)]),
                });
                Note($"control call {call} on {id}");
            }
            catch (TaskStateException)
            {
                Note($"control call {call} on {id} refused");
                Assert.Equal(before, await Queue.SnapshotAsync(id));
            }
        }

        private async Task PassTimeAsync()
        {
            var seconds = random.Next(3) == 0 ? 301 : random.Next(1, 120);
            test.Time.Advance(TimeSpan.FromSeconds(seconds));
            var reaped = random.Next(2) == 0 ? await Queue.ReapExpiredAsync() : 0;
            Note($"{seconds} s pass, {reaped} reaped");
        }

        private async Task AssertNewFinishesAreHigherAsync(Dictionary<TaskId, long?> before, long latest)
        {
            foreach (var task in (await ReadAllAsync()).Where(task => task.IsFinished))
            {
                Assert.True(
                    before.GetValueOrDefault(task.Id) == task.FinishSequence || task.FinishSequence > latest,
                    $"Task {task.Id} finished as {task.FinishSequence}, after {latest}.");
            }
        }

        private async Task<IReadOnlyList<TaskInfo>> ReadAllAsync() => (await Queue.Inspector.QueryAsync(new TaskQuery { Limit = 10_000 })).Tasks;

        private async Task<TaskInfo> GetAsync(TaskId id) => await test.GetAsync(id);

        private void Note(string what) => history.Add(what);

        private static async ValueTask IgnoreAnswerAsync(ValueTask<CancelResult> call) => await call;
    }
}
