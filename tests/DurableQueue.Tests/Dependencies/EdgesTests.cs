using DurableQueue.Dependencies;
using Xunit;

namespace DurableQueue.Tests.Dependencies;

public sealed class EdgesTests
{
    [Theory]
    [InlineData(DependencyCondition.Succeeded, TaskState.Queued, DependencyState.Waiting)]
    [InlineData(DependencyCondition.Succeeded, TaskState.CheckedOut, DependencyState.Waiting)]
    [InlineData(DependencyCondition.Succeeded, TaskState.Done, DependencyState.Satisfied)]
    [InlineData(DependencyCondition.Succeeded, TaskState.Failed, DependencyState.Broken)]
    [InlineData(DependencyCondition.Succeeded, TaskState.Cancelled, DependencyState.Broken)]
    [InlineData(DependencyCondition.Failed, TaskState.Queued, DependencyState.Waiting)]
    [InlineData(DependencyCondition.Failed, TaskState.CheckedOut, DependencyState.Waiting)]
    [InlineData(DependencyCondition.Failed, TaskState.Done, DependencyState.Broken)]
    [InlineData(DependencyCondition.Failed, TaskState.Failed, DependencyState.Satisfied)]
    [InlineData(DependencyCondition.Failed, TaskState.Cancelled, DependencyState.Broken)]
    [InlineData(DependencyCondition.Finished, TaskState.Queued, DependencyState.Waiting)]
    [InlineData(DependencyCondition.Finished, TaskState.CheckedOut, DependencyState.Waiting)]
    [InlineData(DependencyCondition.Finished, TaskState.Done, DependencyState.Satisfied)]
    [InlineData(DependencyCondition.Finished, TaskState.Failed, DependencyState.Satisfied)]
    [InlineData(DependencyCondition.Finished, TaskState.Cancelled, DependencyState.Satisfied)]
    public void Resolve_ConditionAndState_SaysHowTheEdgeStands(DependencyCondition condition, TaskState awaited, DependencyState expected) =>
        Assert.Equal(expected, Edges.Resolve(condition, awaited));

    [Theory]
    [InlineData(DependencyCondition.Succeeded, DependencyCondition.Succeeded, DependencyCondition.Succeeded)]
    [InlineData(DependencyCondition.Failed, DependencyCondition.Failed, DependencyCondition.Failed)]
    [InlineData(DependencyCondition.Finished, DependencyCondition.Finished, DependencyCondition.Finished)]
    [InlineData(DependencyCondition.Succeeded, DependencyCondition.Finished, DependencyCondition.Succeeded)]
    [InlineData(DependencyCondition.Failed, DependencyCondition.Finished, DependencyCondition.Failed)]
    [InlineData(DependencyCondition.Succeeded, DependencyCondition.Failed, null)]
    public void Merge_TwoConditions_KeepsTheStricterInEitherOrder(DependencyCondition first, DependencyCondition second, DependencyCondition? expected)
    {
        Assert.Equal(expected, Edges.Merge(first, second));
        Assert.Equal(expected, Edges.Merge(second, first));
    }

    [Fact]
    public void Merge_AnyTwoConditions_IsSatisfiedExactlyWhereBothAre()
    {
        var conditions = Enum.GetValues<DependencyCondition>();
        foreach (var (first, second) in conditions.SelectMany(first => conditions.Select(second => (first, second))))
        {
            foreach (var state in Enum.GetValues<TaskState>())
            {
                var both = Edges.Resolve(first, state) == DependencyState.Satisfied && Edges.Resolve(second, state) == DependencyState.Satisfied;
                var merged = Edges.Merge(first, second) is { } condition && Edges.Resolve(condition, state) == DependencyState.Satisfied;
                Assert.Equal(both, merged);
            }
        }
    }
}
