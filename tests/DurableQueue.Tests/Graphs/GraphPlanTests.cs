using DurableQueue.Graphs;
using Xunit;

namespace DurableQueue.Tests.Graphs;

/// <summary>What a submission does to groups, limits and labels, without a queue.</summary>
public sealed class GraphPlanTests
{
    private static readonly NewTask Work = new("work");

    [Theory]

    // The group's limit, whether it is paused, and whether limits are raised. The graph can run two tasks at once.
    [InlineData(0, false, false)]
    [InlineData(2, false, false)]
    [InlineData(1, false, true)]
    [InlineData(1, false, false, "group 'g' runs at most 1 tasks at once, but the graph could run 2")]
    [InlineData(0, true, false, "group 'g' is paused")]
    [InlineData(1, true, true, "group 'g' is paused")]
    [InlineData(1, true, false, "group 'g' runs at most 1 tasks at once, but the graph could run 2", "group 'g' is paused")]
    public void Warnings_ExistingGroup_SayWhatHoldsTheGraphBack(int limit, bool paused, bool autoParallel, params string[] messages)
    {
        var plan = Plan(Pair("g"), new TaskGraphSubmitOptions { AutoParallel = autoParallel }, Group("g", limit, paused));

        Assert.Equal(messages, plan.Answer([]).Warnings.Select(warning => warning.Message));
        Assert.All(plan.Answer([]).Warnings, warning => Assert.Equal("g", warning.Group));
    }

    [Fact]
    public void Warnings_NameWhatHelpsInCodeAndOnTheCommandLine()
    {
        var warnings = Plan(Pair("g"), new TaskGraphSubmitOptions(), Group("g", 1, paused: true)).Answer([]).Warnings;

        Assert.Equal(["dq group limit g 2", "dq group resume g"], warnings.Select(warning => warning.Command));
        Assert.Equal("group 'g' is paused; to fix it, use ITaskGroups or run: dq group resume g", warnings[1].ToString());
    }

    [Fact]
    public void Warnings_NewGroup_HasNone() => Assert.Empty(Plan(Pair("g"), new TaskGraphSubmitOptions(), Group("other", 1, paused: true)).Answer([]).Warnings);

    [Theory]

    // Two tasks at once. The group's limit as it is, the limit that a task names, and the limit that is asked for with AutoParallel and without.
    [InlineData(null, null, null, null)]
    [InlineData(null, 7, 7, 7)]
    [InlineData(1, null, 2, null)]
    [InlineData(1, 1, 2, 1)]
    [InlineData(1, 7, 7, 7)]
    public void Tasks_AutoParallel_RaisesTheLimitOfExistingGroups(int? limit, int? own, int? raised, int? left)
    {
        GroupInfo[] existing = limit is { } parallelism ? [Group("g", parallelism)] : [];
        TaskGraphNode[] nodes = [.. Pair("g").Select(node => node with { Task = node.Task with { GroupParallelism = own } })];

        Assert.Equal([raised, raised], Plan(nodes, new TaskGraphSubmitOptions { AutoParallel = true }, existing).Tasks().Select(task => task.GroupParallelism));
        Assert.Equal([left, left], Plan(nodes, new TaskGraphSubmitOptions(), existing).Tasks().Select(task => task.GroupParallelism));
    }

    [Fact]
    public void Tasks_Isolated_ShareOneNewGroupOfTheGraphsWidth()
    {
        TaskGraphNode[] nodes = [Node("a", new NewTask("work") { Group = "x", GroupParallelism = 9 }), Node("b", Work), Node("c", Work, "a", "b")];

        var plan = Plan(nodes, new TaskGraphSubmitOptions { Isolate = true, IsolatedGroup = "mine", DefaultGroup = "ml" }, Group("x", 1, paused: true));

        Assert.All(plan.Tasks(), task => Assert.Equal(("mine", (int?)2), (task.Group, task.GroupParallelism)));
        Assert.Equal("mine", plan.Answer([]).IsolatedGroup);
        Assert.Equal(["mine"], plan.Answer([]).NewGroups);
        Assert.Empty(plan.Answer([]).Warnings);
    }

    [Fact]
    public void IsolatedGroup_NoName_IsDrawnForEachGraph()
    {
        var options = new TaskGraphSubmitOptions { Isolate = true };

        var (first, second) = (Plan(Pair("g"), options).IsolatedGroup, Plan(Pair("g"), options).IsolatedGroup);

        Assert.Matches("^dag-[0-9a-f]{8}$", first);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void IsolatedGroup_Exists_IsRefused()
    {
        var error = Assert.Throws<GroupStateException>(
            () => Plan(Pair("g"), new TaskGraphSubmitOptions { Isolate = true, IsolatedGroup = "mine" }, Group("mine", 5)));

        Assert.Equal("mine", error.Group);
        Assert.Equal("The group 'mine' already exists. The group of an isolated graph must be new.", error.Message);
    }

    [Theory]

    // The group of the task, whether it keeps the default one, and the group it runs in if the default group of the graph is "ml".
    [InlineData("default", false, "ml")]
    [InlineData("default", true, "default")]
    [InlineData("own", false, "own")]
    [InlineData("own", true, "own")]
    public void Groups_DefaultGroup_IsForTasksThatNameNone(string own, bool keeps, string expected)
    {
        var node = Node("a", new NewTask("work") { Group = own }) with { KeepsGroup = keeps };

        Assert.Equal([expected], Plan([node], new TaskGraphSubmitOptions { DefaultGroup = "ml" }).Groups);
        Assert.Equal([own], Plan([node], new TaskGraphSubmitOptions()).Groups);
    }

    [Theory]
    [InlineData("", null, "name")]
    [InlineData("", "", "name")]
    [InlineData("", "own", "own")]
    [InlineData("run-7/", null, "run-7/name")]
    [InlineData("run-7/", "own", "run-7/own")]
    public void LabelOf_PrefixAndOwnLabelOrElseName(string prefix, string? own, string expected) =>
        Assert.Equal(expected, GraphPlan.LabelOf(Node("name", new NewTask("work") { Label = own }), new TaskGraphSubmitOptions { LabelPrefix = prefix }));

    [Fact]
    public void Tasks_RunInTopologicalOrderAndKeepStoredDependencies()
    {
        var last = Node("last", new NewTask("work") { After = [new TaskId(7)] }, "first", new TaskGraphDependency("middle", DependencyCondition.Failed));
        var plan = Plan([last, Node("first", Work), Node("middle", Work, "first")], new TaskGraphSubmitOptions());

        var tasks = plan.Tasks();

        Assert.Equal(["first", "middle", "last"], tasks.Select(task => task.Label));
        Assert.Empty(tasks[0].After);
        Assert.Equal([TaskDependency.OnItem(0)], tasks[1].After);
        Assert.Equal([new TaskId(7), TaskDependency.OnItem(0), TaskDependency.OnItem(1, DependencyCondition.Failed)], tasks[2].After);
    }

    [Fact]
    public void Answer_SaysWhichIdsWidthsAndNewGroupsThereAre()
    {
        TaskGraphNode[] nodes = [Node("c", new NewTask("work") { Group = "z" }, "a", "b"), Node("a", Work), Node("b", Work), Node("d", new NewTask("work") { Group = "m" })];

        var answer = Plan(nodes, new TaskGraphSubmitOptions(), Group("default", 0)).Answer([new TaskId(11), new TaskId(12), new TaskId(13), new TaskId(14)]);

        Assert.Equal(["a", "b", "c", "d"], answer.TopologicalOrder);
        Assert.Equal(new Dictionary<string, TaskId> { ["a"] = new(11), ["b"] = new(12), ["c"] = new(13), ["d"] = new(14) }, answer.Ids);
        Assert.Equal([("default", 2), ("m", 1), ("z", 1)], answer.WidthPerGroup.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(["m", "z"], answer.NewGroups);
        Assert.Null(answer.IsolatedGroup);
    }

    private static TaskGraphNode Node(string name, NewTask task, params TaskGraphDependency[] after) => new(name, task) { After = after };

    /// <summary>Two tasks that can run at once.</summary>
    private static TaskGraphNode[] Pair(string group) =>
        [Node("a", new NewTask("work") { Group = group }), Node("b", new NewTask("work") { Group = group })];

    private static GroupInfo Group(string name, int parallelism, bool paused = false) =>
        new() { Name = name, Parallelism = parallelism, Paused = paused, Counts = default };

    private static GraphPlan Plan(TaskGraphNode[] nodes, TaskGraphSubmitOptions options, params GroupInfo[] existing) =>
        new(nodes, new GraphShape(nodes), options, existing);
}
