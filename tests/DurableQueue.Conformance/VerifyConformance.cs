using Xunit;

namespace DurableQueue.Conformance;

/// <summary>
/// The self-check finds nothing in a queue that only its own operations have written, and a repair of it changes nothing. Every conformance test
/// ends with the same check.
/// </summary>
public abstract class VerifyConformance : ConformanceTest
{
    [Fact]
    public async Task Verify_NewQueue_IsSound()
    {
        var verification = await Queue.Inspector.VerifyAsync();

        Assert.True(verification.IsSound);
        Assert.Empty(verification.Findings);
        Assert.Equal(0, verification.Tasks);
    }

    [Fact]
    public async Task Verify_TasksInEveryState_IsSoundAndCountsThem()
    {
        var count = await FillAsync();

        var verification = await Queue.Inspector.VerifyAsync();

        Assert.True(verification.IsSound, string.Join('\n', verification.Findings));
        Assert.Equal(count, verification.Tasks);
    }

    [Fact]
    public async Task Repair_SoundQueue_ChangesNothing()
    {
        await FillAsync();
        var before = await Queue.DescribeAsync();

        var repair = await Queue.Control.RepairAsync();

        Assert.Empty(repair.Repaired);
        Assert.Equal(0, repair.Total);
        Assert.True(repair.IsSound);
        Assert.Equal(before, await Queue.DescribeAsync());
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Repair_BetweenOtherCalls_IsOneOfThem()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a") { Group = "one" }, 3)]);
        var calls = Enumerable.Range(0, 40).Select(call => Task.Run(async () =>
        {
            if (call % 4 == 0)
            {
                Assert.Empty((await Queue.Control.RepairAsync()).Repaired);
            }
            else if (await Queue.CheckoutAsync(Worker()) is { } task)
            {
                Assert.True(await Queue.CompleteAsync(task.Lease));
                await Queue.EnqueueAsync(new NewTask("a") { Group = "one" });
            }
        }));

        await Task.WhenAll(calls).SoonAsync();

        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Verify_TokenCancelled_Ends()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Queue.Inspector.VerifyAsync(new CancellationToken(true)).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Queue.Control.RepairAsync(new CancellationToken(true)).AsTask());
    }

    /// <summary>Tasks in every state, with every hold and every end, and dependencies in each way.</summary>
    private async Task<int> FillAsync()
    {
        foreach (var outcome in Enum.GetValues<TaskOutcome>().Where(outcome => outcome != TaskOutcome.None))
        {
            await Queue.EnqueueEndedAsync(Time, outcome);
        }

        await Queue.Groups.EnsureAsync("paused");
        await Queue.Groups.PauseAsync("paused");
        var ids = await Queue.EnqueueAsync([
            new NewTask("fill") { Stashed = true },
            new NewTask("fill") { Delay = TimeSpan.FromHours(1), DedupKey = "delayed" },
            new NewTask("fill") { RequiresApproval = true, DedupKey = "kept", DedupScope = DedupScope.Forever },
            new NewTask("fill") { After = [TaskDependency.OnItem(0), TaskDependency.OnItem(1, DependencyCondition.Finished)] },
            new NewTask("fill") { Group = "paused", After = [TaskDependency.OnItem(1)] },
            new NewTask("fill") { Group = "paused", RunNow = true },
            new NewTask("fill.run"),
            new NewTask("fill.run"),
            new NewTask("fill") { Group = "paused" },
        ]);
        await Queue.Control.CancelAsync(ids[1]);
        await Queue.TakeAsync(ids[6]);
        await Queue.SuspendAsync((await Queue.TakeAsync(ids[7])).Lease);
        return (await Queue.Inspector.QueryAsync(new TaskQuery { Limit = 10_000 })).Tasks.Count;
    }
}
