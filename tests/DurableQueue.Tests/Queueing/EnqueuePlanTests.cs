using DurableQueue.Storage;
using Xunit;

namespace DurableQueue.Tests.Queueing;

public sealed class EnqueuePlanTests
{
    private const DependencyCondition Succeeded = DependencyCondition.Succeeded;
    private const DependencyCondition Failed = DependencyCondition.Failed;
    private const DependencyCondition Finished = DependencyCondition.Finished;

    private readonly FakeTasks stored = new();

    [Fact]
    public void Results_NoKeys_AreNewTasksInOrder() => Assert.Equal(["101 new", "102 new", "103 new"], Results(Item(), Item(), Item()));

    [Fact]
    public void Results_KeyOfAStoredTask_IsThatTask()
    {
        stored.Keys["k"] = 7;

        Assert.Equal(["101 new", "7", "102 new"], Results(Item(), Item("k"), Item("other")));
    }

    [Fact]
    public void Results_SameKeyTwiceInTheList_AreOneNewTask() =>
        Assert.Equal(["101 new", "102 new", "101", "101"], Results(Item("k"), Item("j"), Item("k"), Item("k")));

    [Fact]
    public void Results_KeysThatDifferInCase_AreTwoTasks() => Assert.Equal(["101 new", "102 new"], Results(Item("k"), Item("K")));

    [Theory]
    [InlineData(TaskState.Queued, Succeeded, DependencyState.Waiting)]
    [InlineData(TaskState.CheckedOut, Failed, DependencyState.Waiting)]
    [InlineData(TaskState.Done, Succeeded, DependencyState.Satisfied)]
    [InlineData(TaskState.Done, Failed, DependencyState.Broken)]
    [InlineData(TaskState.Failed, Succeeded, DependencyState.Broken)]
    [InlineData(TaskState.Cancelled, Finished, DependencyState.Satisfied)]
    public void EdgesOf_StoredTask_StandAsItsStateSays(TaskState state, DependencyCondition when, DependencyState expected)
    {
        stored.States[7] = state;

        Assert.Equal([new PlannedEdge(7, when, expected)], Plan(Item(after: On(7, when))).EdgesOf(0));
    }

    [Fact]
    public void EdgesOf_ItemOfTheList_Waits()
    {
        var plan = Plan(Item(), Item(after: OnItem(0, Failed)));

        Assert.Empty(plan.EdgesOf(0));
        Assert.Equal([new PlannedEdge(101, Failed, DependencyState.Waiting)], plan.EdgesOf(1));
    }

    [Fact]
    public void EdgesOf_ItemThatIsAStoredTask_StandAsItsStateSays()
    {
        (stored.Keys["k"], stored.States[7]) = (7, TaskState.Done);

        Assert.Equal([new PlannedEdge(7, Succeeded, DependencyState.Satisfied)], Plan(Item("k"), Item(after: OnItem(0))).EdgesOf(1));
    }

    [Fact]
    public void EdgesOf_ItemWithATakenKey_AreNoneWhateverItSays()
    {
        (stored.Keys["k"], stored.States[7]) = (7, TaskState.Queued);
        var plan = Plan(Item(), Item("k", On(7), On(999), OnItem(0)));

        Assert.Empty(plan.EdgesOf(1));
        Assert.False(plan.IsAwaited(0));
        Assert.Empty(plan.AwaitedBefore);
    }

    [Theory]
    [InlineData(Succeeded, Succeeded, Succeeded, DependencyState.Satisfied)]
    [InlineData(Failed, Finished, Failed, DependencyState.Broken)]
    [InlineData(Finished, Failed, Failed, DependencyState.Broken)]
    [InlineData(Finished, Finished, Finished, DependencyState.Satisfied)]
    public void EdgesOf_TwoItemsThatAreOneStoredTask_AreOneEdgeWithBothConditions(
        DependencyCondition first, DependencyCondition second, DependencyCondition expected, DependencyState state)
    {
        (stored.Keys["k"], stored.States[7]) = (7, TaskState.Done);

        Assert.Equal([new PlannedEdge(7, expected, state)], Plan(Item("k"), Item(after: [OnItem(0, first), On(7, second)])).EdgesOf(1));
    }

    [Fact]
    public void EdgesOf_TwoItemsThatAreOneNewTask_AreOneEdgeThatWaits() =>
        Assert.Equal(
            [new PlannedEdge(101, Succeeded, DependencyState.Waiting)],
            Plan(Item("k"), Item("k"), Item(after: [OnItem(0, Finished), OnItem(1)])).EdgesOf(2));

    [Fact]
    public void EdgesOf_SeveralTasks_KeepTheirOrder()
    {
        (stored.States[8], stored.States[7]) = (TaskState.Done, TaskState.Queued);

        Assert.Equal([8L, 101, 7], Plan(Item(), Item(after: [On(8), OnItem(0), On(7)])).EdgesOf(1).Select(edge => edge.Parent));
    }

    [Fact]
    public void Awaited_NewAndStoredTasks_AreToldApart()
    {
        stored.States[7] = TaskState.Done;
        var plan = Plan(Item(), Item(), Item(after: [OnItem(0), On(7)]));

        Assert.Equal([true, false, false], [plan.IsAwaited(0), plan.IsAwaited(1), plan.IsAwaited(2)]);
        Assert.Equal([7L], plan.AwaitedBefore);
    }

    [Fact]
    public void Plan_NoDependencies_AsksForNoState()
    {
        var plan = Plan(Item(), Item("k"));

        Assert.Empty(plan.EdgesOf(1));
        Assert.False(plan.IsAwaited(0));
        Assert.Empty(plan.AwaitedBefore);
        Assert.Equal(0, stored.StatesAsked);
    }

    [Fact]
    public void Plan_ManyItemsThatWaitForOneTask_AskForItsStateOnceEach()
    {
        stored.States[7] = TaskState.Queued;

        Plan([.. Enumerable.Range(0, 100).Select(_ => Item(after: On(7)))]);

        Assert.Equal(100, stored.StatesAsked);
    }

    [Fact]
    public void Plan_TaskThatIsGone_IsRefused() =>
        AssertRefused("After contains task 7, which does not exist or was removed.", Item(after: On(7)));

    [Fact]
    public void Plan_IdThatTheListTakes_IsRefused() =>
        AssertRefused("After contains task 101, which does not exist.", Item(), Item(after: On(101)));

    [Fact]
    public void Plan_OwnId_IsRefused() => AssertRefused("After must not contain the task itself.", Item(after: On(101)));

    [Fact]
    public void Plan_TwinOfItself_IsRefused() => AssertRefused("After must not contain the task itself.", Item("k", OnItem(1)), Item("k"));

    [Fact]
    public void Plan_TwinsThatMustSucceedAndFail_AreRefused() =>
        AssertRefused("After requires task 101 both to succeed and to fail.", Item("k"), Item("k"), Item(after: [OnItem(0), OnItem(1, Failed)]));

    [Fact]
    public void Plan_CycleThroughTwins_IsRefused() =>
        AssertRefused("The dependencies form a cycle of the items 0 -> 1 -> 0.", Item("k", OnItem(1)), Item(after: OnItem(2)), Item("k"));

    [Fact]
    public void Plan_TwinsWithoutACycle_ArePlanned() =>
        Assert.Equal(["101 new", "102 new", "101", "103 new"], Results(Item("k"), Item(after: OnItem(2)), Item("k"), Item(after: OnItem(1))));

    private static CheckedTask Item(string? key = null, params AwaitedTask[] after) => new()
    {
        Type = "t",
        Group = "default",
        Payload = default,
        DedupKey = key,
        After = after,
    };

    private static AwaitedTask On(long id, DependencyCondition when = Succeeded) => new(id, null, when);

    private static AwaitedTask OnItem(int item, DependencyCondition when = Succeeded) => new(0, item, when);

    private EnqueuePlan Plan(params CheckedTask[] items) => new(items, stored);

    private string[] Results(params CheckedTask[] items) =>
        Array.ConvertAll(Plan(items).Results, result => result.Created ? $"{result.Id} new" : $"{result.Id}");

    private void AssertRefused(string message, params CheckedTask[] items)
    {
        var error = Assert.Throws<ArgumentException>(() => Plan(items));

        Assert.Equal("After", error.ParamName);
        Assert.Equal($"{message} (Parameter 'After')", error.Message);
    }

    private sealed class FakeTasks : IStoredTasks
    {
        private long last = 100;

        public Dictionary<string, long> Keys { get; } = [];

        public Dictionary<long, TaskState> States { get; } = [];

        public int StatesAsked { get; private set; }

        public TaskId? HolderOf(string dedupKey) => Keys.TryGetValue(dedupKey, out var id) ? new TaskId(id) : null;

        public TaskState? StateOf(long id)
        {
            StatesAsked++;
            return States.TryGetValue(id, out var state) ? state : null;
        }

        public TaskId NextId() => new(++last);
    }
}
