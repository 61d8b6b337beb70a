using DurableQueue.Budgets;
using Xunit;

namespace DurableQueue.Tests.Budgets;

public sealed class PolicySetTests
{
    private readonly PolicySet policies = new();

    [Fact]
    public void Find_OwnAndDefault_GivesTheOwn()
    {
        policies.Add(BudgetScope.Group, "", null, BudgetCaps.Policy(rate: 5));
        policies.Add(BudgetScope.Group, "", "mail", BudgetCaps.Policy(rate: 7));

        Assert.Equal(7, policies.Find(BudgetScope.Group, "", "mail")?.Rate?.Most);
        Assert.Equal(5, policies.Find(BudgetScope.Group, "", "other")?.Rate?.Most);
    }

    [Fact]
    public void Find_OwnWithoutCaps_LiftsTheDefault()
    {
        policies.Add(BudgetScope.Type, "", null, BudgetCaps.Policy(rate: 5, cost: 9));
        policies.Add(BudgetScope.Type, "", "free", BudgetCaps.Policy());

        Assert.Equal(new PolicyCaps(null, null), policies.Find(BudgetScope.Type, "", "free"));
    }

    [Fact]
    public void Find_AnotherScopeOrKey_GivesNone()
    {
        policies.Add(BudgetScope.Group, "", "mail", BudgetCaps.Policy(rate: 5));
        policies.Add(BudgetScope.Metadata, "tenant", null, BudgetCaps.Policy(rate: 5));

        Assert.Null(policies.Find(BudgetScope.Type, "", "mail"));
        Assert.Null(policies.Find(BudgetScope.Metadata, "user", "a"));
        Assert.NotNull(policies.Find(BudgetScope.Metadata, "tenant", "a"));
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("usd", 9)]
    [InlineData("eur", null)]
    public void CapOf_Unit_GivesTheCapInIt(string unit, int? most)
    {
        policies.Add(BudgetScope.Group, "", "mail", BudgetCaps.Policy(rate: 3, cost: 9));

        Assert.Equal(most, policies.CapOf(new CounterKey(BudgetScope.Group, "", "mail", unit))?.Most);
        Assert.Null(policies.CapOf(new CounterKey(BudgetScope.Group, "", "other", unit)));
    }

    [Fact]
    public void MetadataKeys_SeveralValues_NamesEachKeyOnce()
    {
        policies.Add(BudgetScope.Metadata, "tenant", "a", BudgetCaps.Policy(rate: 1));
        policies.Add(BudgetScope.Metadata, "tenant", null, BudgetCaps.Policy(rate: 1));
        policies.Add(BudgetScope.Metadata, "user", null, BudgetCaps.Policy(rate: 1));
        policies.Add(BudgetScope.Group, "", "mail", BudgetCaps.Policy(rate: 1));

        Assert.Equal(["tenant", "user"], policies.MetadataKeys);
    }

    [Fact]
    public void Clear_Policies_LeavesNone()
    {
        policies.Add(BudgetScope.Metadata, "tenant", null, BudgetCaps.Policy(rate: 1));
        Assert.False(policies.IsEmpty);

        policies.Clear();

        Assert.True(policies.IsEmpty);
        Assert.Empty(policies.MetadataKeys);
    }
}
