using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Changing queued tasks: each setting, and their order.</summary>
public abstract class EditBasics : ConformanceTest
{
    private protected static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task Edit_Nothing_ChangesNothing()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a", Utf8("payload")) { Label = "label", Delay = Hour, Priority = 3 });
        var before = await Queue.SnapshotAsync(id);

        await Queue.Control.EditAsync(id, new TaskEdit());

        Assert.Equal(before, await Queue.SnapshotAsync(id));
    }

    [Fact]
    public async Task Edit_Payload_ReplacesIt()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a", Utf8("old")));

        await Queue.Control.EditAsync(id, new TaskEdit { Payload = Utf8("new and longer") });

        Assert.Equal(Utf8("new and longer").ToArray(), (await Queue.Inspector.GetPayloadAsync(id)).ToArray());
        Assert.Equal(Utf8("new and longer").ToArray(), (await CheckoutAsync()).Payload.ToArray());
    }

    [Fact]
    public async Task Edit_EmptyPayload_EmptiesIt()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a", Utf8("old")));

        await Queue.Control.EditAsync(id, new TaskEdit { Payload = ReadOnlyMemory<byte>.Empty });

        Assert.True((await Queue.Inspector.GetPayloadAsync(id)).IsEmpty);
    }

    [Fact]
    public async Task Edit_PayloadOfATaskWithout_SetsItAndKeepsTheMetadata()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Metadata = new Dictionary<string, string> { ["k"] = "v" } });

        await Queue.Control.EditAsync(id, new TaskEdit { Payload = Utf8("new") });

        var task = await CheckoutAsync();
        Assert.Equal(Utf8("new").ToArray(), task.Payload.ToArray());
        Assert.Equal("v", task.Metadata["k"]);
    }

    [Fact]
    public async Task Edit_Label_SetsReplacesAndRemovesIt()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        await Queue.Control.EditAsync(id, new TaskEdit { Label = "first" });
        Assert.Equal("first", (await GetAsync(id)).Label);
        await Queue.Control.EditAsync(id, new TaskEdit { Label = "second" });
        Assert.Equal("second", (await GetAsync(id)).Label);
        Assert.Equal(id, Assert.Single((await Queue.Inspector.QueryAsync(new TaskQuery { Label = "second" })).Tasks).Id);
        await Queue.Control.EditAsync(id, new TaskEdit { Label = "" });
        Assert.Null((await GetAsync(id)).Label);
    }

    [Fact]
    public async Task Edit_Priority_ChangesTheOrder()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a"), new NewTask("a"), new NewTask("a") { Priority = 5 }]);

        await Queue.Control.EditAsync(ids[1], new TaskEdit { Priority = 7 });
        await Queue.Control.EditAsync(ids[2], new TaskEdit { Priority = -1 });

        Assert.Equal(7, (await GetAsync(ids[1])).Priority);
        Assert.Equal([ids[1], ids[0], ids[2]], (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Edit_Group_MovesTheTaskAndItsCounts()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Group = "old" });

        await Queue.Control.EditAsync(id, new TaskEdit { Group = "new" });

        Assert.Equal("new", (await GetAsync(id)).Group);
        Assert.Equal(0, (await Queue.Groups.GetAsync("old"))?.Counts.Queued);
        Assert.Equal(1, (await Queue.Groups.GetAsync("new"))?.Counts.Queued);
        Assert.Equal(0, (await Queue.Groups.GetAsync("new"))?.Parallelism);
        Assert.Null(await Queue.CheckoutAsync(Worker() with { Groups = ["old"] }));
        Assert.Equal(id, (await Queue.CheckoutAsync(Worker() with { Groups = ["new"] }))?.Id);
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Edit_GroupThatIsFull_WaitsThereForASlot()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        await Queue.EnqueueAsync(new NewTask("a") { Group = "one" });
        var running = await CheckoutAsync();
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        await Queue.Control.EditAsync(id, new TaskEdit { Group = "one" });

        Assert.Null(await Queue.CheckoutAsync(Worker()));
        await Queue.CompleteAsync(running.Lease);
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Edit_GroupOutOfAPausedOne_IsReadyThere()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Group = "one" });
        await Queue.Groups.PauseAsync("one");

        await Queue.Control.EditAsync(id, new TaskEdit { Group = "two" });

        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Edit_Group_KeepsThePlaceAmongEquals()
    {
        var ids = await Queue.EnqueueAsync([
            new NewTask("a") { Group = "one" }, new NewTask("a") { Group = "two" }, new NewTask("a") { Group = "one" },
        ]);

        await Queue.Control.EditAsync(ids[0], new TaskEdit { Group = "two" });

        Assert.Equal(ids, (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Edit_NotBeforeInTheFuture_HoldsUntilThen()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        await Queue.Control.EditAsync(id, new TaskEdit { NotBefore = Time.GetUtcNow() + Hour });

        Assert.Equal((TaskHolds.NotBefore, Time.GetUtcNow() + Hour), ((await GetAsync(id)).Holds, (await GetAsync(id)).NotBefore));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Time.Advance(Hour);
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Edit_NotBeforeThatHasPassed_RemovesTheDelay()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Delay = Hour });

        await Queue.Control.EditAsync(id, new TaskEdit { NotBefore = Time.GetUtcNow() });

        Assert.Equal(TaskHolds.None, (await GetAsync(id)).Holds);
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Edit_NotBeforeLater_OldTimeNoLongerCounts()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Delay = Hour });
        await Queue.Control.EditAsync(id, new TaskEdit { NotBefore = Time.GetUtcNow() + Hour + Hour });

        Time.Advance(Hour);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Time.Advance(Hour);
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Edit_MaxAttempts_CountsFromThenOn()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 5, Retry = RetryPolicy.Immediate });
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom"));

        await Queue.Control.EditAsync(id, new TaskEdit { MaxAttempts = 2 });

        var task = await CheckoutAsync();
        Assert.Equal((2, 2), (task.Attempt, task.MaxAttempts));
        await Queue.FailAsync(task.Lease, new TaskFailure("boom"));
        Assert.Equal(TaskState.Failed, (await GetAsync(id)).State);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, -3)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public async Task Edit_FewerAttemptsThanMadePlusOne_IsRefused(int made, int maxAttempts)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 5, Retry = RetryPolicy.Immediate });
        for (var attempt = 0; attempt < made; attempt++)
        {
            await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom"));
        }

        await AssertRefusedAsync(id, new TaskEdit { MaxAttempts = maxAttempts, Priority = 1 }, "MaxAttempts");
    }

    [Fact]
    public async Task Edit_Null_IsRefused()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Control.EditAsync(id, null!));
    }

    [Fact]
    public async Task Edit_UnknownTask_IsNotFound()
    {
        await Assert.ThrowsAsync<TaskNotFoundException>(
            async () => await Queue.Control.EditAsync(new TaskId(4711), new TaskEdit { Group = "never-made" }));
        Assert.Null(await Queue.Groups.GetAsync("never-made"));
    }

    [Fact]
    public async Task Edit_RunningTask_IsRefused()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a", Utf8("payload")));
        await CheckoutAsync();
        var before = await Queue.SnapshotAsync(id);

        var error = await Assert.ThrowsAsync<TaskStateException>(
            async () => await Queue.Control.EditAsync(id, new TaskEdit { Payload = Utf8("other"), Group = "never-made" }));

        Assert.Equal((id, TaskState.CheckedOut), (error.Id, error.State));
        Assert.Equal(before, await Queue.SnapshotAsync(id));
    }

    [Fact]
    public async Task Swap_EqualPriorities_ChangesTheOrder()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a"), new NewTask("b"), new NewTask("a")]);

        await Queue.Control.SwapAsync(ids[0], ids[2]);

        Assert.Equal([ids[2], ids[1], ids[0]], (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Swap_DifferentPriorities_ExchangesThem()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a") { Priority = 1 }, new NewTask("a") { Priority = 5 }, new NewTask("a") { Priority = 3 }]);

        await Queue.Control.SwapAsync(ids[1], ids[0]);

        Assert.Equal((5, 1), ((await GetAsync(ids[0])).Priority, (await GetAsync(ids[1])).Priority));
        Assert.Equal([ids[0], ids[2], ids[1]], (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Swap_Twice_RestoresTheOrder()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a"), new NewTask("a"), new NewTask("a")]);

        await Queue.Control.SwapAsync(ids[0], ids[2]);
        await Queue.Control.SwapAsync(ids[0], ids[2]);

        Assert.Equal(ids, (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Swap_WithAHeldTask_CountsWhenItIsReady()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a"), new NewTask("a"), new NewTask("a") { Stashed = true }]);

        await Queue.Control.SwapAsync(ids[0], ids[2]);
        await Queue.Control.UnstashAsync(ids[2]);

        Assert.Equal([ids[2], ids[1], ids[0]], (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Swap_ThenRelease_KeepsTheNewPlace()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a"), new NewTask("a")]);
        await Queue.Control.SwapAsync(ids[0], ids[1]);
        foreach (var task in await Queue.CheckoutAsync(Worker(), 10))
        {
            await Queue.ReleaseAsync(task.Lease);
        }

        Assert.Equal([ids[1], ids[0]], (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Swap_TaskWithItself_IsRefused()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Control.SwapAsync(id, id));
    }

    [Fact]
    public async Task Swap_DifferentGroups_IsRefused()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a"), new NewTask("a") { Group = "two" }]);
        var before = (await Queue.SnapshotAsync(ids[0]), await Queue.SnapshotAsync(ids[1]));

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Control.SwapAsync(ids[0], ids[1]));

        Assert.Equal(before, (await Queue.SnapshotAsync(ids[0]), await Queue.SnapshotAsync(ids[1])));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Swap_OneRuns_IsRefusedAndNamesIt(bool runningFirst)
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a"), new NewTask("a")]);
        await CheckoutAsync();
        var before = await Queue.SnapshotAsync(ids[1]);

        var error = await Assert.ThrowsAsync<TaskStateException>(
            async () => await (runningFirst ? Queue.Control.SwapAsync(ids[0], ids[1]) : Queue.Control.SwapAsync(ids[1], ids[0])));

        Assert.Equal((ids[0], TaskState.CheckedOut), (error.Id, error.State));
        Assert.Equal(before, await Queue.SnapshotAsync(ids[1]));
    }

    [Fact]
    public async Task Swap_UnknownTask_IsNotFound()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        var second = await Assert.ThrowsAsync<TaskNotFoundException>(async () => await Queue.Control.SwapAsync(id, new TaskId(4711)));
        var first = await Assert.ThrowsAsync<TaskNotFoundException>(async () => await Queue.Control.SwapAsync(new TaskId(4711), id));

        Assert.Equal((new TaskId(4711), new TaskId(4711)), (first.Id, second.Id));
    }

    private protected async Task AssertRefusedAsync(TaskId id, TaskEdit edit, string property)
    {
        var before = await Queue.SnapshotAsync(id);

        var error = await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Control.EditAsync(id, edit));

        Assert.Contains(property, error.ParamName + " " + error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, await Queue.SnapshotAsync(id));
    }
}

/// <summary>The same, with what needs dependencies, approvals, budgets, schedules or take-overs.</summary>
public abstract class EditConformance : EditBasics
{
    [Fact]
    public async Task Edit_After_ReplacesTheDependencies()
    {
        var parents = await Queue.EnqueueAsync([new NewTask("parent"), new NewTask("parent")]);
        var id = await Queue.EnqueueAsync(new NewTask("a") { After = [parents[0]] });

        await Queue.Control.EditAsync(id, new TaskEdit { After = [parents[1]] });

        Assert.Equal([new DependencyInfo(parents[1], DependencyCondition.Succeeded, DependencyState.Waiting)], await Queue.Inspector.GetDependenciesAsync(id));
        var leases = (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Lease).ToList();
        await Queue.CompleteAsync(leases[0]);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        await Queue.CompleteAsync(leases[1]);
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Edit_EmptyAfter_RemovesTheDependencies()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent") { Stashed = true });
        var id = await Queue.EnqueueAsync(new NewTask("a") { After = [parent] });

        await Queue.Control.EditAsync(id, new TaskEdit { After = [] });

        Assert.Equal((TaskHolds.None, 0), ((await GetAsync(id)).Holds, (await GetAsync(id)).PendingDependencies));
        Assert.Empty(await Queue.Inspector.GetDependenciesAsync(id));
        Assert.Equal(id, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Edit_AfterOfAReadyTask_HoldsIt()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent") { Stashed = true });
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        await Queue.Control.EditAsync(id, new TaskEdit { After = [parent] });

        Assert.Equal((TaskHolds.Dependencies, 1), ((await GetAsync(id)).Holds, (await GetAsync(id)).PendingDependencies));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Edit_EverythingAtOnce_IsApplied()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("parent") { Stashed = true });
        var id = await Queue.EnqueueAsync(new NewTask("a", Utf8("old")) { Metadata = new Dictionary<string, string> { ["k"] = "v" } });

        await Queue.Control.EditAsync(id, new TaskEdit
        {
            Payload = Utf8("new"),
            Label = "label",
            Priority = 2,
            Group = "two",
            NotBefore = Time.GetUtcNow() + Hour,
            MaxAttempts = 8,
            After = [parent],
        });

        var info = await GetAsync(id);
        Assert.Equal(("label", 2, "two", 8), (info.Label, info.Priority, info.Group, info.MaxAttempts));
        Assert.Equal(TaskHolds.NotBefore | TaskHolds.Dependencies, info.Holds);
        Assert.Equal("v", info.Metadata["k"]);
        Assert.Equal(Utf8("new").ToArray(), (await Queue.Inspector.GetPayloadAsync(id)).ToArray());
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Edit_HeldTask_KeepsItsOtherHolds()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { Stashed = true, RequiresApproval = true, Delay = Hour });

        await Queue.Control.EditAsync(id, new TaskEdit { Priority = 1, Group = "two", NotBefore = Time.GetUtcNow() });

        Assert.Equal(TaskHolds.Stashed | TaskHolds.Approval, (await GetAsync(id)).Holds);
    }

    [Theory]
    [InlineData("Label")]
    [InlineData("Group")]
    [InlineData("Payload")]
    [InlineData("After")]
    public async Task Edit_OneValueOutOfItsLimits_ChangesNothing(string property)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a", Utf8("payload")));
        var edit = new TaskEdit { Priority = 9, MaxAttempts = 9 };
        await AssertRefusedAsync(
            id,
            property switch
            {
                "Label" => edit with { Label = "line\nbreak" },
                "Group" => edit with { Group = "no spaces" },
                "Payload" => edit with { Payload = new byte[(16 * 1024 * 1024) + 1] },
                _ => edit with { After = [new TaskId(4711)] },
            },
            property);
    }

    [Fact]
    public async Task Edit_DependencyOnItself_IsRefused()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        await AssertRefusedAsync(id, new TaskEdit { After = [id], Priority = 1 }, "After");
    }

    [Fact]
    public async Task Edit_DependencyThatMakesACycle_IsRefused()
    {
        var ids = await Queue.EnqueueAsync([
            new NewTask("a"), new NewTask("b") { After = [TaskDependency.OnItem(0)] }, new NewTask("c") { After = [TaskDependency.OnItem(1)] },
        ]);

        await AssertRefusedAsync(ids[0], new TaskEdit { After = [ids[2]], Priority = 1 }, "After");
    }
}
