using DurableQueue.Lifecycle;
using Xunit;

namespace DurableQueue.Tests.Lifecycle;

public sealed class HoldsTests
{
    private const long Now = 1_000;

    [Theory]
    [InlineData(false, null, false, false, TaskHolds.None)]
    [InlineData(true, null, false, false, TaskHolds.Dependencies)]
    [InlineData(false, Now + 1, false, false, TaskHolds.NotBefore)]
    [InlineData(false, Now, false, false, TaskHolds.None)]
    [InlineData(false, Now - 1, false, false, TaskHolds.None)]
    [InlineData(false, null, true, false, TaskHolds.Stashed)]
    [InlineData(false, null, false, true, TaskHolds.Approval)]
    [InlineData(true, Now + 1, true, true, TaskHolds.Dependencies | TaskHolds.NotBefore | TaskHolds.Stashed | TaskHolds.Approval)]
    public void At_Reasons_SetsOneHoldForEach(bool dependencies, long? notBeforeMs, bool stashed, bool approval, TaskHolds expected) =>
        Assert.Equal(expected, Holds.At(Now, new HoldReasons(dependencies, notBeforeMs, stashed, approval)));

    [Theory]
    [InlineData(TaskHolds.None, TaskHolds.Stashed, true, TaskHolds.Stashed)]
    [InlineData(TaskHolds.Stashed, TaskHolds.Stashed, true, TaskHolds.Stashed)]
    [InlineData(TaskHolds.Stashed | TaskHolds.Budget, TaskHolds.Stashed, false, TaskHolds.Budget)]
    [InlineData(TaskHolds.Budget, TaskHolds.Stashed, false, TaskHolds.Budget)]
    public void With_OneHold_LeavesTheOthers(TaskHolds holds, TaskHolds hold, bool isSet, TaskHolds expected) =>
        Assert.Equal(expected, holds.With(hold, isSet));
}
