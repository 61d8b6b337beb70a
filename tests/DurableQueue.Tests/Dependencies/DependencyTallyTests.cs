using DurableQueue.Dependencies;
using Xunit;

namespace DurableQueue.Tests.Dependencies;

public sealed class DependencyTallyTests
{
    [Theory]
    [InlineData(new DependencyState[0], 0, null, false)]
    [InlineData(new[] { DependencyState.Satisfied }, 0, null, false)]
    [InlineData(new[] { DependencyState.Waiting }, 1, null, true)]
    [InlineData(new[] { DependencyState.Broken }, 0, 1L, true)]
    [InlineData(new[] { DependencyState.Satisfied, DependencyState.Broken, DependencyState.Waiting, DependencyState.Broken, DependencyState.Waiting }, 2, 2L, true)]
    public void Add_EdgesOfOneTask_CountsWaitingAndKeepsTheFirstBroken(DependencyState[] edges, int pending, long? broken, bool holds)
    {
        var tally = default(DependencyTally);
        for (var i = 0; i < edges.Length; i++)
        {
            tally.Add(i + 1, edges[i]);
        }

        Assert.Equal((pending, broken, holds), (tally.Pending, tally.Broken, tally.Holds));
    }

    [Fact]
    public void OnItem_Index_IsKeptApartFromIds()
    {
        var dependency = TaskDependency.OnItem(4, DependencyCondition.Finished);

        Assert.Equal((default(TaskId), DependencyCondition.Finished, 5), (dependency.On, dependency.When, dependency.ItemNumber));
        Assert.Equal("index", Assert.Throws<ArgumentOutOfRangeException>(() => TaskDependency.OnItem(-1)).ParamName);
    }

    [Fact]
    public void CascadeWork_Cleared_IsEmpty()
    {
        var work = new CascadeWork();
        work.Add(CascadeKind.Dependents, 7);
        work.Postpone(new CascadeItem(CascadeKind.Dependents, 8, 0, null));

        work.Clear();

        Assert.True(work.IsEmpty);
        Assert.Empty(work.Postponed);
    }
}
