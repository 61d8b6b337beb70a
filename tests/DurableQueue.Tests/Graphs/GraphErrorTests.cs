using Xunit;

namespace DurableQueue.Tests.Graphs;

/// <summary>What users read about a graph that is not valid, and where in their own list they find it.</summary>
public sealed class GraphErrorTests
{
    private static readonly NewTask Work = new("work");

    public static TheoryData<string, TaskGraphErrorKind, string?, TaskGraphNode> WrongNodes => new()
    {
        { "Name must have 1 to 128 characters; it has 0.", TaskGraphErrorKind.InvalidName, null, Node("") },
        { "Name must have 1 to 128 characters; it has 129.", TaskGraphErrorKind.InvalidName, null, Node(new string('n', 129)) },
        { "Name must not contain control characters; it has U+000A at position 1.", TaskGraphErrorKind.InvalidName, null, Node("a\nb") },
        { "There is more than one task with the name 'first'.", TaskGraphErrorKind.DuplicateName, null, Node("first") },
        {
            "Task 'x' depends on an item of a list. In a graph, dependencies must be given by name.", TaskGraphErrorKind.InvalidTask, null,
            Node("x", new NewTask("work") { After = [new TaskId(7), TaskDependency.OnItem(0)] })
        },
        {
            "Task 'x' can't have both RunNow and dependencies.", TaskGraphErrorKind.InvalidTask, null,
            Node("x", new NewTask("work") { RunNow = true }, "first")
        },
        { "Task 'x': Type must have 1 to 128 characters; it has 0.", TaskGraphErrorKind.InvalidTask, "Type", Node("x", new NewTask("")) },
        {
            "Task 'x': Label must have 0 to 512 characters; it has 513.", TaskGraphErrorKind.InvalidTask, "Label",
            Node("x", new NewTask("work") { Label = new string('l', 513) })
        },
        {
            "Task 'x': GroupParallelism must be between 1 and 2147483647.", TaskGraphErrorKind.InvalidTask, "GroupParallelism",
            Node("x", new NewTask("work") { GroupParallelism = 0 })
        },
    };

    public static TheoryData<string, TaskGraphErrorKind, TaskGraphDependency> WrongDependencies => new()
    {
        { "Task 'x' depends on itself.", TaskGraphErrorKind.SelfReference, "x" },
        { "Task 'x' depends on 'nowhere', which is not in the graph.", TaskGraphErrorKind.UnknownDependency, "nowhere" },
        { "Task 'x' depends on 'First', which is not in the graph.", TaskGraphErrorKind.UnknownDependency, "First" },
        { "Task 'x' depends on '', which is not in the graph.", TaskGraphErrorKind.UnknownDependency, default(TaskGraphDependency) },
        {
            "Task 'x' depends on 'second' with an unknown condition.", TaskGraphErrorKind.InvalidTask,
            new TaskGraphDependency("second", (DependencyCondition)9)
        },
        {
            "Task 'x' requires 'first' both to succeed and to fail.", TaskGraphErrorKind.Contradiction,
            new TaskGraphDependency("first", DependencyCondition.Failed)
        },
    };

    [Theory]
    [MemberData(nameof(WrongNodes))]
    public void Validate_WrongNode_SaysWhatIsWrongAndWhere(string message, TaskGraphErrorKind kind, string? setting, TaskGraphNode node)
    {
        var graph = new TaskGraph().Add("first", Work).Add(node).Add("last", Work);

        var error = Assert.Single(graph.Validate());

        Assert.Equal((message, kind, 1, null, setting), (error.Message, error.Kind, error.Index, error.DependencyIndex, error.Setting));
        Assert.Empty(error.Cycle);
    }

    [Theory]
    [MemberData(nameof(WrongDependencies))]
    public void Validate_WrongDependency_SaysWhatIsWrongAndWhere(string message, TaskGraphErrorKind kind, TaskGraphDependency dependency)
    {
        var graph = new TaskGraph().Add("first", Work).Add("second", Work).Add("x", Work, "first", dependency);

        var error = Assert.Single(graph.Validate());

        Assert.Equal((message, kind, 2, 1), (error.Message, error.Kind, error.Index, error.DependencyIndex));
    }

    [Theory]
    [InlineData(DependencyCondition.Succeeded, DependencyCondition.Succeeded)]
    [InlineData(DependencyCondition.Succeeded, DependencyCondition.Finished)]
    [InlineData(DependencyCondition.Finished, DependencyCondition.Failed)]
    public void Validate_TwoConditionsThatCanBothHold_AreAllowed(DependencyCondition one, DependencyCondition other)
    {
        var graph = new TaskGraph().Add("a", Work).Add("b", Work, new TaskGraphDependency("a", one), new TaskGraphDependency("a", other));

        Assert.Empty(graph.Validate());
    }

    [Fact]
    public void Validate_ThreeConditions_AreComparedWithWhatTheFirstTwoLeave()
    {
        var graph = new TaskGraph().Add("a", Work).Add(
            "b",
            Work,
            new TaskGraphDependency("a", DependencyCondition.Finished),
            new TaskGraphDependency("a", DependencyCondition.Failed),
            new TaskGraphDependency("a", DependencyCondition.Succeeded));

        var error = Assert.Single(graph.Validate());

        Assert.Equal((TaskGraphErrorKind.Contradiction, 2), (error.Kind, error.DependencyIndex));
    }

    [Fact]
    public void Validate_LargestAllowed_IsAllowed()
    {
        var names = Enumerable.Range(0, 1_000).Select(i => $"t{i}").ToArray();
        var graph = new TaskGraph();
        foreach (var name in names)
        {
            graph.Add(name, Work);
        }

        graph.Add(new string('n', 128), Work, [.. names.Select(name => new TaskGraphDependency(name))]);
        for (var i = graph.Nodes.Count; i < 10_000; i++)
        {
            graph.Add($"more{i}", Work);
        }

        Assert.Empty(graph.Validate());
    }

    [Fact]
    public void Validate_OneTaskTooMany_SaysHowManyThereAre()
    {
        var graph = new TaskGraph();
        for (var i = 0; i <= 10_000; i++)
        {
            graph.Add("same name", Work);
        }

        var error = Assert.Single(graph.Validate());

        Assert.Equal(("The graph has 10001 tasks, but at most 10000 are allowed.", null), (error.Message, error.Index));
    }

    [Fact]
    public void Validate_OneDependencyTooMany_CountsStoredTasksToo()
    {
        var stored = Enumerable.Range(1, 1_000).Select(id => new TaskDependency(new TaskId(id))).ToArray();
        var graph = new TaskGraph().Add("a", Work).Add("b", new NewTask("work") { After = stored }, "a");

        var error = Assert.Single(graph.Validate());

        Assert.Equal((TaskGraphErrorKind.TooMany, 1, null), (error.Kind, error.Index, error.DependencyIndex));
        Assert.Equal("Task 'b' has 1001 dependencies, but at most 1000 are allowed.", error.Message);
    }

    [Fact]
    public void Validate_TwentyCycles_AreAllListed()
    {
        var errors = Rings(20).Validate();

        Assert.Equal(Enumerable.Range(0, 20).Select(i => (int?)(i * 2)), errors.Select(error => error.Index));
        Assert.Equal("Tasks depend on each other in a cycle: a0 -> b0 -> a0.", errors[0].Message);
    }

    [Fact]
    public void Validate_MoreThanTwentyCycles_SaysThatThereAreMore()
    {
        var errors = Rings(21).Validate();

        // It is about the graph as a whole, so it comes first.
        Assert.Equal((21, "There are more than 20 cycles. The others are not listed.", null), (errors.Count, errors[0].Message, errors[0].Index));
        Assert.Equal(TaskGraphErrorKind.Cycle, errors[0].Kind);
    }

    [Fact]
    public void Validate_CycleBehindOtherDependencies_NamesTheOneThatClosesIt()
    {
        var graph = new TaskGraph().Add("start", Work).Add("b", Work, "start", "a").Add("a", Work, "start", new TaskGraphDependency("b", DependencyCondition.Failed));

        var error = Assert.Single(graph.Validate());

        Assert.Equal(("Tasks depend on each other in a cycle: b -> a -> b.", 1, 1), (error.Message, error.Index, error.DependencyIndex));
    }

    [Fact]
    public void Validate_CycleAndOtherErrors_AreListedInTheOrderOfTheTasks()
    {
        var graph = new TaskGraph().Add("a", Work, "b").Add("b", Work, "a").Add("b", Work).Add("c", Work, "nowhere", "c");

        Assert.Equal(
            [
                (0, TaskGraphErrorKind.Cycle), (2, TaskGraphErrorKind.DuplicateName), (3, TaskGraphErrorKind.UnknownDependency), (3, TaskGraphErrorKind.SelfReference),
            ],
            graph.Validate().Select(error => (error.Index!.Value, error.Kind)));
    }

    [Fact]
    public void TaskGraphException_ListsEveryMessageOnALine()
    {
        var error = Assert.Throws<TaskGraphException>(() => new TaskGraph().Add("a", Work, "a", "b").ToText());

        Assert.Equal("Task 'a' depends on itself.\nTask 'a' depends on 'b', which is not in the graph.", error.Message);
        Assert.Equal(2, error.Errors.Count);
    }

    [Fact]
    public void Add_Null_IsRefusedByName()
    {
        var graph = new TaskGraph();

        Assert.Equal("name", Assert.Throws<ArgumentNullException>(() => graph.Add(null!, Work)).ParamName);
        Assert.Equal("task", Assert.Throws<ArgumentNullException>(() => graph.Add("a", null!)).ParamName);
        Assert.Equal("after", Assert.Throws<ArgumentNullException>(() => graph.Add("a", Work, null!)).ParamName);
        Assert.Equal("node", Assert.Throws<ArgumentNullException>(() => graph.Add(null!)).ParamName);
        Assert.Equal("node.Name", Assert.Throws<ArgumentNullException>(() => graph.Add(new TaskGraphNode(null!, Work))).ParamName);
        Assert.Equal("node.Task", Assert.Throws<ArgumentNullException>(() => graph.Add(new TaskGraphNode("a", null!))).ParamName);
        Assert.Equal("node.After", Assert.Throws<ArgumentNullException>(() => graph.Add(new TaskGraphNode("a", Work) { After = null! })).ParamName);
        Assert.Empty(graph.Nodes);
    }

    private static TaskGraphNode Node(string name, NewTask? task = null, params TaskGraphDependency[] after) => new(name, task ?? Work) { After = after };

    private static TaskGraph Rings(int count)
    {
        var graph = new TaskGraph();
        for (var i = 0; i < count; i++)
        {
            graph.Add($"a{i}", Work, $"b{i}").Add($"b{i}", Work, $"a{i}");
        }

        return graph;
    }
}
