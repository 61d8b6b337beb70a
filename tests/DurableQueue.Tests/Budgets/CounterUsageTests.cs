using DurableQueue.Budgets;
using Xunit;

namespace DurableQueue.Tests.Budgets;

public sealed class CounterUsageTests
{
    [Theory]

    // scope, refuses, cap, estimate, used: used up, closes lanes, closed, nearly used up
    [InlineData(BudgetScope.Group, false, 10, 0, 7, false, true, false, false)]
    [InlineData(BudgetScope.Group, false, 10, 0, 8, false, true, false, true)]
    [InlineData(BudgetScope.Group, false, 10, 0, 10, true, true, true, true)]
    [InlineData(BudgetScope.Type, false, 10, 0, 10, true, true, true, true)]
    [InlineData(BudgetScope.Metadata, false, 10, 0, 10, true, false, false, true)]
    [InlineData(BudgetScope.Group, true, 10, 0, 10, true, false, false, true)]
    [InlineData(BudgetScope.Group, false, 10, 5, 5, false, true, false, false)]
    [InlineData(BudgetScope.Group, false, 10, 5, 6, true, true, true, true)]
    public void Usage_OfACap_SaysHowItStands(
        BudgetScope scope, bool refuses, long most, long estimate, long used, bool usedUp, bool closesLanes, bool closed, bool nearly)
    {
        var usage = new CounterUsage(BudgetCaps.Cost(most, estimate, refuses), scope, used);

        Assert.Equal((usedUp, closesLanes, closed, nearly), (usage.IsUsedUp, usage.ClosesLanes, usage.IsClosed, usage.IsNearlyUsedUp));
    }

    [Fact]
    public void Usage_WithoutCap_IsNeverUsedUp()
    {
        var usage = new CounterUsage(null, BudgetScope.Group, 1_000);

        Assert.Equal(
            (false, false, false, false, false, true),
            (usage.IsUsedUp, usage.ClosesLanes, usage.IsClosed, usage.IsNearlyUsedUp, usage.IsWarning(warned: true), usage.HasRoom(1)));
    }

    [Theory]
    [InlineData(79, false, false)]
    [InlineData(80, false, true)]
    [InlineData(100, false, true)]
    [InlineData(79, true, true)]
    [InlineData(50, true, true)]
    [InlineData(49, true, false)]
    public void IsWarning_UsedOfAHundred_BeginsAt80AndEndsBelow50(long used, bool warned, bool expected) =>
        Assert.Equal(expected, new CounterUsage(BudgetCaps.Starts(100), BudgetScope.Type, used).IsWarning(warned));
}
