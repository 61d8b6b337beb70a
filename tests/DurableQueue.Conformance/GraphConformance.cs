using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Graphs: stored whole or not at all, with their groups.</summary>
public abstract class GraphConformance : ConformanceTest
{
    [Fact]
    public async Task Submit_Graph_StoresTasksAndDependencies()
    {
        var graph = new TaskGraph()
            .Add("report", new NewTask("work", Utf8("r")) { Priority = 3 }, "left", new TaskGraphDependency("right", DependencyCondition.Finished))
            .Add("left", new NewTask("work"), "fetch")
            .Add("right", new NewTask("work"), new TaskGraphDependency("fetch", DependencyCondition.Succeeded))
            .Add("fetch", new NewTask("work"))
            .Add("alarm", new NewTask("work"), new TaskGraphDependency("fetch", DependencyCondition.Failed));

        var submission = await graph.SubmitAsync(Queue);

        Assert.Equal(["fetch", "left", "right", "report", "alarm"], submission.TopologicalOrder);
        Assert.Equal(submission.TopologicalOrder, submission.Ids.OrderBy(pair => pair.Value.Value).Select(pair => pair.Key));
        Assert.Equal(new Dictionary<string, int> { ["default"] = 3 }, submission.WidthPerGroup);
        Assert.Null(submission.IsolatedGroup);
        Assert.Empty(submission.Warnings);
        Assert.Empty(submission.NewGroups);
        Assert.Equal(
            [new(submission.Ids["left"], DependencyCondition.Succeeded, DependencyState.Waiting), new DependencyInfo(submission.Ids["right"], DependencyCondition.Finished, DependencyState.Waiting)],
            await Queue.Inspector.GetDependenciesAsync(submission.Ids["report"]));
        Assert.Equal(DependencyCondition.Failed, Assert.Single(await Queue.Inspector.GetDependenciesAsync(submission.Ids["alarm"])).When);
        var report = await GetAsync(submission.Ids["report"]);
        Assert.Equal(("report", 3, TaskHolds.Dependencies), (report.Label, report.Priority, report.Holds));
        Assert.Equal("r"u8.ToArray(), (await Queue.Inspector.GetPayloadAsync(report.Id)).ToArray());

        await Queue.SucceedAsync(submission.Ids["fetch"]);
        Assert.Equal(TaskOutcome.DependencyFailed, (await Queue.FinishedAsync(submission.Ids["alarm"])).Tasks[0].Outcome);
        await Queue.SucceedAsync(submission.Ids["left"]);
        Assert.Equal(TaskHolds.Dependencies, (await GetAsync(report.Id)).Holds);
        await Queue.FailForGoodAsync(submission.Ids["right"]);
        Assert.Equal(TaskHolds.None, (await GetAsync(report.Id)).Holds);
    }

    [Fact]
    public async Task Submit_Labels_ArePrefixAndNameOrTheTasksOwn()
    {
        var submission = await new TaskGraph().Add("a", new NewTask("work")).Add("b", new NewTask("work") { Label = "own" })
            .SubmitAsync(Queue, new TaskGraphSubmitOptions { LabelPrefix = "run-7/" });

        Assert.Equal("run-7/a", (await GetAsync(submission.Ids["a"])).Label);
        Assert.Equal("run-7/own", (await GetAsync(submission.Ids["b"])).Label);
    }

    [Fact]
    public async Task Submit_DefaultGroup_IsForTasksThatNameNone()
    {
        var graph = new TaskGraph()
            .Add("a", new NewTask("work"))
            .Add("b", new NewTask("work") { Group = "own" })
            .Add(new TaskGraphNode("c", new NewTask("work")) { KeepsGroup = true });

        var submission = await graph.SubmitAsync(Queue, new TaskGraphSubmitOptions { DefaultGroup = "ml" });

        Assert.Equal(["ml", "own", "default"], await GroupsAsync(submission, "a", "b", "c"));
        Assert.Equal(["ml", "own"], submission.NewGroups);
        Assert.Equal(new Dictionary<string, int> { ["default"] = 1, ["ml"] = 1, ["own"] = 1 }, submission.WidthPerGroup);
        Assert.Equal(0, (await Queue.Groups.GetAsync("ml"))!.Parallelism);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("mine")]
    public async Task Submit_Isolated_PutsAllIntoAFreshGroupOfTheGraphsWidth(string? name)
    {
        var submission = await Diamond().SubmitAsync(Queue, new TaskGraphSubmitOptions { Isolate = true, IsolatedGroup = name, DefaultGroup = "unused", AutoParallel = true });

        Assert.Equal(name ?? submission.IsolatedGroup, submission.IsolatedGroup);
        var group = submission.IsolatedGroup!;
        Assert.Equal([group, group, group, group], await GroupsAsync(submission, "top", "left", "right", "bottom"));
        Assert.Equal(2, (await Queue.Groups.GetAsync(group))!.Parallelism);
        Assert.Equal(new Dictionary<string, int> { [group] = 2 }, submission.WidthPerGroup);
        Assert.Equal([group], submission.NewGroups);
        Assert.Null(await Queue.Groups.GetAsync("unused"));

        var second = await Diamond().SubmitAsync(Queue, new TaskGraphSubmitOptions { Isolate = true });
        Assert.NotEqual(group, second.IsolatedGroup);
    }

    [Fact]
    public async Task Submit_IsolatedGroupExists_IsRefused()
    {
        await Queue.Groups.EnsureAsync("mine", 5);

        var error = await Assert.ThrowsAsync<GroupStateException>(
            async () => await Diamond().SubmitAsync(Queue, new TaskGraphSubmitOptions { Isolate = true, IsolatedGroup = "mine" }));

        Assert.Equal("mine", error.Group);
        await AssertNothingStoredAsync();
        Assert.Equal(5, (await Queue.Groups.GetAsync("mine"))!.Parallelism);
    }

    [Fact]
    public async Task Submit_GroupNarrowerThanTheGraph_IsWarnedOfWithTheCommand()
    {
        await Queue.Groups.EnsureAsync("narrow", 1);
        await Queue.Groups.EnsureAsync("wide", 2);
        await Queue.Groups.EnsureAsync("paused", 0);
        await Queue.Groups.PauseAsync("paused");

        var narrow = await Diamond("narrow").SubmitAsync(Queue);
        Assert.Equal("dq group limit narrow 2", Assert.Single(narrow.Warnings).Command);
        Assert.Equal("narrow", narrow.Warnings[0].Group);
        Assert.Contains("dq group limit narrow 2", narrow.Warnings[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(1, (await Queue.Groups.GetAsync("narrow"))!.Parallelism);
        Assert.Empty((await Diamond("wide").SubmitAsync(Queue)).Warnings);
        Assert.Equal("dq group resume paused", Assert.Single((await Diamond("paused").SubmitAsync(Queue)).Warnings).Command);
    }

    [Fact]
    public async Task Submit_AutoParallel_RaisesLimitsOfExistingGroupsOnly()
    {
        await Queue.Groups.EnsureAsync("narrow", 1);
        await Queue.Groups.EnsureAsync("wide", 9);
        var options = new TaskGraphSubmitOptions { AutoParallel = true };

        Assert.Empty((await Diamond("narrow").SubmitAsync(Queue, options)).Warnings);
        await Diamond("wide").SubmitAsync(Queue, options);
        await Diamond("fresh").SubmitAsync(Queue, options);
        await Diamond().SubmitAsync(Queue, options);

        Assert.Equal(2, (await Queue.Groups.GetAsync("narrow"))!.Parallelism);
        Assert.Equal(9, (await Queue.Groups.GetAsync("wide"))!.Parallelism);
        Assert.Equal(0, (await Queue.Groups.GetAsync("fresh"))!.Parallelism);
        Assert.Equal(0, (await Queue.Groups.GetAsync("default"))!.Parallelism);
        Assert.NotNull(await Queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Groups = ["narrow"] }));
    }

    [Fact]
    public async Task Submit_RaisedLimit_LetsWaitingTasksRun()
    {
        await Queue.Groups.EnsureAsync("narrow", 1);
        await Queue.EnqueueAsync([new NewTask("work") { Group = "narrow" }, new NewTask("work") { Group = "narrow" }]);
        await CheckoutAsync();
        Assert.Null(await Queue.CheckoutAsync(Worker()));

        await Diamond("narrow").SubmitAsync(Queue, new TaskGraphSubmitOptions { AutoParallel = true });

        Assert.NotNull(await Queue.CheckoutAsync(Worker()));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Submit_DryRun_TellsAllAndStoresNothing()
    {
        await Queue.Groups.EnsureAsync("narrow", 1);

        var plan = await Diamond("narrow").SubmitAsync(Queue, new TaskGraphSubmitOptions { DryRun = true });
        var isolated = await Diamond().SubmitAsync(Queue, new TaskGraphSubmitOptions { DryRun = true, Isolate = true, IsolatedGroup = "fresh" });

        Assert.Equal(["top", "left", "right", "bottom"], plan.TopologicalOrder);
        Assert.Single(plan.Warnings);
        Assert.Empty(plan.Ids);
        Assert.Equal("fresh", isolated.IsolatedGroup);
        await AssertNothingStoredAsync();
        Assert.Null(await Queue.Groups.GetAsync("fresh"));
    }

    [Fact]
    public async Task Submit_InvalidGraph_StoresNothing()
    {
        var graph = Diamond().Add("extra", new NewTask("work"), "nowhere").Add("loop", new NewTask("work"), "loop");

        var error = await Assert.ThrowsAsync<TaskGraphException>(async () => await graph.SubmitAsync(Queue));

        Assert.Equal([TaskGraphErrorKind.UnknownDependency, TaskGraphErrorKind.SelfReference], error.Errors.Select(e => e.Kind));
        await AssertNothingStoredAsync();
    }

    [Fact]
    public async Task Submit_RefusedByTheQueue_StoresNothingAndChangesNoGroup()
    {
        await Queue.Groups.EnsureAsync("narrow", 1);
        var graph = Diamond("narrow").Add("late", new NewTask("work") { After = [new TaskId(987_654)] });

        await Assert.ThrowsAsync<ArgumentException>(async () => await graph.SubmitAsync(Queue, new TaskGraphSubmitOptions { AutoParallel = true }));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await graph.SubmitAsync(Queue, new TaskGraphSubmitOptions { Isolate = true, IsolatedGroup = "fresh" }));

        await AssertNothingStoredAsync();
        Assert.Equal(1, (await Queue.Groups.GetAsync("narrow"))!.Parallelism);
        Assert.Null(await Queue.Groups.GetAsync("fresh"));
    }

    [Fact]
    public async Task Submit_TaskAfterStoredTask_WaitsForItToo()
    {
        var stored = await Queue.EnqueueAsync(new NewTask("work"));

        var submission = await new TaskGraph().Add("a", new NewTask("work")).Add("b", new NewTask("work") { After = [stored] }, "a").SubmitAsync(Queue);

        Assert.Equal([stored, submission.Ids["a"]], (await Queue.Inspector.GetDependenciesAsync(submission.Ids["b"])).Select(dependency => dependency.On));
    }

    [Fact]
    public async Task Submit_TakenDedupKey_GivesTheTaskThatHasIt()
    {
        var holder = await Queue.EnqueueAsync(new NewTask("work") { DedupKey = "k" });

        var submission = await new TaskGraph().Add("a", new NewTask("work") { DedupKey = "k" }).Add("b", new NewTask("work"), "a").SubmitAsync(Queue);

        Assert.Equal(holder, submission.Ids["a"]);
        Assert.Equal(holder, Assert.Single(await Queue.Inspector.GetDependenciesAsync(submission.Ids["b"])).On);
    }

    [Fact]
    public async Task Submit_EmptyGraph_IsNoWork()
    {
        var submission = await new TaskGraph().SubmitAsync(Queue);

        Assert.Empty(submission.Ids);
        Assert.Empty(submission.WidthPerGroup);
    }

    [Fact]
    public async Task Submit_LargestGraph_IsOneTransaction()
    {
        var graph = new TaskGraph();
        for (var i = 0; i < 10_000; i++)
        {
            graph.Add($"t{i}", new NewTask("work"), i < 100 ? [] : [$"t{i - 100}"]);
        }

        var submission = await graph.SubmitAsync(Queue, new TaskGraphSubmitOptions { Isolate = true });

        Assert.Equal(10_000, submission.Ids.Count);
        Assert.Equal(100, submission.WidthPerGroup[submission.IsolatedGroup!]);
        Assert.Equal(100, (await Queue.CheckoutAsync(Worker(), 1_000)).Count);
    }

    [Fact]
    public async Task Enqueue_GroupParallelism_MakesOrRaisesTheLimitAndNeverLowersIt()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        await Queue.Groups.EnsureAsync("five", 5);
        await Queue.Groups.EnsureAsync("free", 0);
        await Queue.Groups.EnsureAsync("gone", 1);
        await Queue.Groups.RemoveAsync("gone");

        await Queue.EnqueueAsync([
            new NewTask("work") { Group = "one", GroupParallelism = 3 }, new NewTask("work") { Group = "five", GroupParallelism = 3 },
            new NewTask("work") { Group = "free", GroupParallelism = 3 }, new NewTask("work") { Group = "gone", GroupParallelism = 3 },
            new NewTask("work") { Group = "new", GroupParallelism = 3 }, new NewTask("work") { Group = "new", GroupParallelism = 4 },
            new NewTask("work") { Group = "new", GroupParallelism = 2 }, new NewTask("work") { Group = "new" },
        ]);

        var limits = (await Queue.Groups.ListAsync()).ToDictionary(group => group.Name, group => group.Parallelism);
        Assert.Equal((3, 5, 0, 3, 4, 0), (limits["one"], limits["five"], limits["free"], limits["gone"], limits["new"], limits["default"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Enqueue_GroupParallelismOutOfRange_IsRefused(int parallelism)
    {
        var error = await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.EnqueueAsync(new NewTask("work") { GroupParallelism = parallelism }));

        Assert.Contains("GroupParallelism", error.Message, StringComparison.Ordinal);
    }

    private static TaskGraph Diamond(string group = NewTask.DefaultGroup)
    {
        var task = new NewTask("work") { Group = group };
        return new TaskGraph().Add("top", task).Add("left", task, "top").Add("right", task, "top").Add("bottom", task, "left", "right");
    }

    private async Task<IEnumerable<string>> GroupsAsync(GraphSubmission submission, params string[] names)
    {
        var groups = new List<string>();
        foreach (var name in names)
        {
            groups.Add((await GetAsync(submission.Ids[name])).Group);
        }

        return groups;
    }

    private async Task AssertNothingStoredAsync() => Assert.Equal(0, (await Queue.Inspector.CountAsync()).Total.Total);
}
