using Xunit;

namespace DurableQueue.Tests.Graphs;

public sealed class TaskGraphTests
{
    private static readonly NewTask Work = new("work");

    [Fact]
    public void Validate_EverythingWrongAtOnce_IsAllTold()
    {
        var graph = new TaskGraph()
            .Add("", Work)
            .Add("a", Work)
            .Add("a", Work)
            .Add("bad\nname", Work)
            .Add("b", new NewTask("no type!"), "nowhere", "b", "elsewhere")
            .Add("c", new NewTask("work") { Label = new string('l', 513) }, new TaskGraphDependency("a"), new TaskGraphDependency("a", DependencyCondition.Failed))
            .Add("d", new NewTask("work") { After = [TaskDependency.OnItem(0)] })
            .Add("e", new NewTask("work") { RunNow = true }, "a")
            .Add("f", Work, "g")
            .Add("g", Work, "f");

        var errors = graph.Validate();

        Assert.Equal(
            [
                (0, TaskGraphErrorKind.InvalidName, null),
                (2, TaskGraphErrorKind.DuplicateName, null),
                (3, TaskGraphErrorKind.InvalidName, null),
                (4, TaskGraphErrorKind.InvalidTask, null),
                (4, TaskGraphErrorKind.UnknownDependency, 0),
                (4, TaskGraphErrorKind.SelfReference, 1),
                (4, TaskGraphErrorKind.UnknownDependency, 2),
                (5, TaskGraphErrorKind.InvalidTask, null),
                (5, TaskGraphErrorKind.Contradiction, 1),
                (6, TaskGraphErrorKind.InvalidTask, null),
                (7, TaskGraphErrorKind.InvalidTask, null),
                (8, TaskGraphErrorKind.Cycle, 0),
            ],
            errors.Select(error => (error.Index ?? -1, error.Kind, error.DependencyIndex)));
        Assert.Contains("'b'", errors[3].Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", errors[3].Message, StringComparison.Ordinal);
        Assert.Contains("'nowhere'", errors[4].Message, StringComparison.Ordinal);
        Assert.Equal(["f", "g"], errors[^1].Cycle);
        var thrown = Assert.Throws<TaskGraphException>(() => graph.TopologicalOrder());
        Assert.Equal(errors.Select(error => error.Message), thrown.Message.Split('\n'));
        Assert.Equal(errors.Count, thrown.Errors.Count);
    }

    [Fact]
    public void Validate_Cycle_IsPrintedWhole()
    {
        var graph = new TaskGraph().Add("start", Work).Add("c", Work, "a", "start").Add("a", Work, "b").Add("b", Work, "c").Add("end", Work, "b");

        var error = Assert.Single(graph.Validate());

        Assert.Equal(["c", "a", "b"], error.Cycle);
        Assert.EndsWith("c -> a -> b -> c.", error.Message, StringComparison.Ordinal);
        Assert.Equal((1, 0), (error.Index, error.DependencyIndex));
    }

    [Fact]
    public void Validate_ManyCycles_AreEachToldUpToTheLimit()
    {
        var graph = new TaskGraph();
        for (var i = 0; i < 30; i++)
        {
            graph.Add($"a{i}", Work, $"b{i}").Add($"b{i}", Work, $"a{i}");
        }

        var errors = graph.Validate();

        Assert.Equal(21, errors.Count);
        Assert.All(errors, error => Assert.Equal(TaskGraphErrorKind.Cycle, error.Kind));
        Assert.Equal(20, errors.Count(error => error.Cycle.Count == 2));
    }

    [Fact]
    public void Validate_TooMuch_IsTold()
    {
        var large = new TaskGraph();
        for (var i = 0; i <= 10_000; i++)
        {
            large.Add($"t{i}", Work);
        }

        Assert.Equal(TaskGraphErrorKind.TooMany, Assert.Single(large.Validate()).Kind);

        var wide = new TaskGraph();
        for (var i = 0; i < 1_001; i++)
        {
            wide.Add($"t{i}", Work);
        }

        wide.Add("last", Work, [.. Enumerable.Range(0, 1_001).Select(i => new TaskGraphDependency($"t{i}"))]);
        Assert.Equal((1_001, TaskGraphErrorKind.TooMany), wide.Validate().Select(error => (error.Index!.Value, error.Kind)).Single());
    }

    [Fact]
    public void Validate_LongChainAndLongCycle_DoNotOverflow()
    {
        var graph = new TaskGraph();
        for (var i = 0; i < 10_000; i++)
        {
            graph.Add($"t{i}", Work, i == 0 ? [] : [$"t{i - 1}"]);
        }

        Assert.Equal(10_000, graph.TopologicalOrder().Count);
        Assert.Equal(1, graph.WidthPerGroup()["default"]);

        var circle = new TaskGraph();
        for (var i = 0; i < 10_000; i++)
        {
            circle.Add($"t{i}", Work, $"t{(i + 1) % 10_000}");
        }

        Assert.Equal(10_000, Assert.Single(circle.Validate()).Cycle.Count);
    }

    [Fact]
    public void TopologicalOrder_SeveralArePossible_KeepsTheOrderOfAdding()
    {
        var graph = new TaskGraph().Add("z", Work, "m").Add("y", Work).Add("m", Work).Add("x", Work, "y").Add("w", Work);

        Assert.Equal(["y", "m", "z", "x", "w"], graph.TopologicalOrder());
        Assert.Equal(["b", "a"], new TaskGraph().Add("b", Work).Add("a", Work).TopologicalOrder());
    }

    [Fact]
    public void WidthPerGroup_IsTheLargestSetThatMayRunAtOnce()
    {
        // Two chains side by side, joined crosswise: each level has two tasks, but c1 and a2 may run together with nothing more.
        var graph = new TaskGraph()
            .Add("a1", Work).Add("a2", Work).Add("a3", Work)
            .Add("b", Work, "a1", "a2")
            .Add("c1", Work, "b").Add("c2", Work, "b").Add("c3", Work, "b").Add("c4", Work, "a3");

        // c1, c2, c3 with a3 or c4.
        Assert.Equal(4, graph.WidthPerGroup()["default"]);
    }

    [Fact]
    public void WidthPerGroup_TasksWaitThroughAnotherGroup_AreNotCountedTogether()
    {
        var other = new NewTask("work") { Group = "other" };
        var graph = new TaskGraph().Add("a", Work).Add("via", other, "a").Add("b", Work, "via").Add("c", Work);

        Assert.Equal(new Dictionary<string, int> { ["default"] = 2, ["other"] = 1 }, graph.WidthPerGroup());
        Assert.Equal(new Dictionary<string, int> { ["ml"] = 2, ["other"] = 1 }, graph.WidthPerGroup(new TaskGraphSubmitOptions { DefaultGroup = "ml" }));
        Assert.Equal(new Dictionary<string, int> { ["isolated"] = 2 }, graph.WidthPerGroup(new TaskGraphSubmitOptions { Isolate = true }));
    }

    [Fact]
    public void WidthPerGroup_NotALevel_IsStillFound()
    {
        // The long chain's tasks are never all on one level, yet each runs beside the three.
        var graph = new TaskGraph().Add("l1", Work).Add("l2", Work, "l1").Add("l3", Work, "l2").Add("x", Work).Add("y", Work, "x").Add("z1", Work, "y").Add("z2", Work, "y");

        Assert.Equal(3, graph.WidthPerGroup()["default"]);
    }

    [Fact]
    public void ToText_OneLineATask_InTopologicalOrder()
    {
        var graph = Sample();

        Assert.Equal("fetch [default]\nparse [ml] after fetch\nalarm [default] after fetch (failed), parse (finished)\n", graph.ToText());
        Assert.Equal("fetch\nparse after fetch\nalarm after fetch (failed), parse (finished)\n", graph.ToText(new TaskGraphSubmitOptions { Isolate = true }));
        Assert.Equal("", new TaskGraph().ToText());
    }

    [Fact]
    public void ToMermaid_IsAFlowchart() => Assert.Equal(
        """
        flowchart TD
          subgraph g0["default"]
            t1["fetch"]
            t0["alarm"]
          end
          subgraph g1["ml"]
            t2["parse"]
          end
          t1 --> t2
          t1 -->|failed| t0
          t2 -->|finished| t0

        """,
        Sample().ToMermaid());

    [Fact]
    public void ToDot_IsADigraph() => Assert.Equal(
        """
        digraph tasks {
          t1 [label="fetch"];
          t2 [label="parse"];
          t0 [label="alarm"];
          t1 -> t2;
          t1 -> t0 [label="failed"];
          t2 -> t0 [label="finished"];
        }

        """,
        Sample().ToDot(new TaskGraphSubmitOptions { Isolate = true }));

    [Fact]
    public void ToDot_SeveralGroups_HaveABoxEach() => Assert.Equal(
        """
        digraph tasks {
          subgraph cluster0 {
            label="default";
            t1 [label="fetch"];
            t0 [label="alarm"];
          }
          subgraph cluster1 {
            label="ml";
            t2 [label="parse"];
          }
          t1 -> t2;
          t1 -> t0 [label="failed"];
          t2 -> t0 [label="finished"];
        }

        """,
        Sample().ToDot());

    [Fact]
    public void Drawings_OptionsThatMoveTasks_DrawTheGroupsTheyRunIn()
    {
        var ml = new TaskGraphSubmitOptions { DefaultGroup = "ml" };
        var named = new TaskGraphSubmitOptions { Isolate = true, IsolatedGroup = "mine" };

        Assert.DoesNotContain("subgraph", Sample().ToMermaid(ml), StringComparison.Ordinal);
        Assert.StartsWith("fetch\n", Sample().ToText(ml), StringComparison.Ordinal);
        Assert.Equal(["mine"], Sample().WidthPerGroup(named).Keys);
    }

    [Fact]
    public void Drawings_EmptyGraph_AreEmpty()
    {
        Assert.Equal("flowchart TD\n", new TaskGraph().ToMermaid());
        Assert.Equal("digraph tasks {\n}\n", new TaskGraph().ToDot());
        Assert.Empty(new TaskGraph().WidthPerGroup());
    }

    [Fact]
    public void Drawings_HostileNames_StayNames()
    {
        var graph = new TaskGraph().Add("""a"]; end <b>&#x\N;` """, Work);

        Assert.Equal("flowchart TD\n  t0[\"a#34;]#59; end #60;b#62;#38;#35;x#92;N#59;#96; \"]\n", graph.ToMermaid());
        Assert.Equal("digraph tasks {\n  t0 [label=\"a\\\"]; end <b>&#x\\\\N;` \"];\n}\n", graph.ToDot());
    }

    [Fact]
    public void Options_ThatMakeNoSense_AreRefusedByName()
    {
        var graph = Sample();
        void Refused(string name, TaskGraphSubmitOptions options) =>
            Assert.Contains(name, Assert.ThrowsAny<ArgumentException>(() => graph.WidthPerGroup(options)).Message, StringComparison.Ordinal);

        Refused("LabelPrefix", new TaskGraphSubmitOptions { LabelPrefix = "a\nb" });
        Refused("DefaultGroup", new TaskGraphSubmitOptions { DefaultGroup = "a b" });
        Refused("IsolatedGroup", new TaskGraphSubmitOptions { Isolate = true, IsolatedGroup = "a b" });
        Refused("IsolatedGroup can only be set together with Isolate.", new TaskGraphSubmitOptions { IsolatedGroup = "mine" });
        Refused("LabelPrefix must have 0 to 512 characters", new TaskGraphSubmitOptions { LabelPrefix = new string('p', 513) });
    }

    [Fact]
    public async Task Submit_LabelTooLongWithItsPrefix_IsToldBeforeAnythingElse()
    {
        await using var queue = await OpenAsync();
        var graph = new TaskGraph().Add("short", Work).Add("fits", new NewTask("work") { Label = new string('l', 112) }).Add("x", new NewTask("work") { Label = new string('l', 113) });

        var error = await Assert.ThrowsAsync<TaskGraphException>(
            async () => await graph.SubmitAsync(queue, new TaskGraphSubmitOptions { LabelPrefix = new string('p', 400) }));

        var only = Assert.Single(error.Errors);
        Assert.Equal((2, TaskGraphErrorKind.InvalidTask), (only.Index, only.Kind));
        Assert.Equal("Task 'x': the label has 513 characters with its prefix, but at most 512 are allowed.", only.Message);
    }

    [Fact]
    public async Task Submit_WithoutOptions_StoresTheTasksInTheirGroups()
    {
        await using var queue = await OpenAsync();

        var submission = await Sample().SubmitAsync(queue);

        Assert.Equal(["fetch", "parse", "alarm"], submission.Ids.OrderBy(pair => pair.Value.Value).Select(pair => pair.Key));
        Assert.Equal("ml", (await queue.Inspector.GetAsync(submission.Ids["parse"]))!.Group);
        Assert.Equal(["ml"], submission.NewGroups);
    }

    [Fact]
    public async Task Submit_DryRun_AnswersAndStoresNothing()
    {
        await using var queue = await OpenAsync();

        var submission = await Sample().SubmitAsync(queue, new TaskGraphSubmitOptions { DryRun = true });

        Assert.Empty(submission.Ids);
        Assert.Equal(["fetch", "parse", "alarm"], submission.TopologicalOrder);
        Assert.Equal(["ml"], submission.NewGroups);
        Assert.Null(await queue.Groups.GetAsync("ml"));
        Assert.Empty((await queue.Inspector.QueryAsync(new TaskQuery())).Tasks);
    }

    [Fact]
    public async Task Submit_NotValid_StoresNothing()
    {
        await using var queue = await OpenAsync();
        var graph = new TaskGraph().Add("a", Work).Add("b", Work, "nowhere");

        await Assert.ThrowsAsync<TaskGraphException>(async () => await graph.SubmitAsync(queue));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Sample().SubmitAsync(queue, new TaskGraphSubmitOptions { DefaultGroup = "a b" }));

        Assert.Equal("queue", (await Assert.ThrowsAsync<ArgumentNullException>(async () => await graph.SubmitAsync(null!))).ParamName);
        Assert.Empty((await queue.Inspector.QueryAsync(new TaskQuery())).Tasks);
    }

    private static ValueTask<SqliteTaskQueue> OpenAsync() =>
        SqliteTaskQueue.OpenAsync(Path.Combine(Directory.CreateTempSubdirectory("durable-queue-").FullName, "queue.db"));

    private static TaskGraph Sample() => new TaskGraph()
        .Add("alarm", Work, new TaskGraphDependency("fetch", DependencyCondition.Failed), new TaskGraphDependency("parse", DependencyCondition.Finished))
        .Add("fetch", Work)
        .Add("parse", new NewTask("work") { Group = "ml" }, "fetch");
}
