using DurableQueue.Budgets;
using Xunit;

namespace DurableQueue.Tests.Budgets;

public sealed class BudgetTargetTests
{
    public static TheoryData<BudgetTarget, BudgetScope, string?, string?, string> Targets => new()
    {
        { BudgetTarget.EveryGroup, BudgetScope.Group, null, null, "every group" },
        { BudgetTarget.Group("mail"), BudgetScope.Group, null, "mail", "group mail" },
        { BudgetTarget.EveryType, BudgetScope.Type, null, null, "every type" },
        { BudgetTarget.Type("send"), BudgetScope.Type, null, "send", "type send" },
        { BudgetTarget.EveryValue("tenant"), BudgetScope.Metadata, "tenant", null, "every tenant" },
        { BudgetTarget.Value("tenant", "acme"), BudgetScope.Metadata, "tenant", "acme", "tenant=acme" },

        // An empty value is a value.
        { BudgetTarget.Value("tenant", ""), BudgetScope.Metadata, "tenant", "", "tenant=" },
    };

    [Theory]
    [MemberData(nameof(Targets))]
    public void Target_OfEachKind_SaysWhatItIsFor(BudgetTarget target, BudgetScope scope, string? key, string? name, string text)
    {
        Assert.Equal((scope, key, name, name is null), (target.Scope, target.Key, target.Name, target.IsDefault));
        Assert.Equal(text, target.ToString());
    }

    [Fact]
    public void Equals_Targets_ComparesScopeKeyAndName()
    {
        Assert.Equal(BudgetTarget.Value("tenant", "acme"), BudgetTarget.Value("tenant", "acme"));
        Assert.NotEqual(BudgetTarget.Value("tenant", "acme"), BudgetTarget.Value("tenant", "Acme"));
        Assert.NotEqual(BudgetTarget.Value("tenant", "acme"), BudgetTarget.Value("user", "acme"));
        Assert.NotEqual(BudgetTarget.Value("tenant", ""), BudgetTarget.EveryValue("tenant"));
        Assert.NotEqual(BudgetTarget.Group("mail"), BudgetTarget.Type("mail"));
        Assert.NotEqual(BudgetTarget.EveryGroup, BudgetTarget.EveryType);
    }

    [Fact]
    public void Target_Null_IsRefusedAtOnce()
    {
        Assert.Throws<ArgumentNullException>(() => BudgetTarget.Group(null!));
        Assert.Throws<ArgumentNullException>(() => BudgetTarget.Type(null!));
        Assert.Throws<ArgumentNullException>(() => BudgetTarget.EveryValue(null!));
        Assert.Throws<ArgumentNullException>(() => BudgetTarget.Value(null!, "acme"));
        Assert.Throws<ArgumentNullException>(() => BudgetTarget.Value("tenant", null!));
    }

    [Fact]
    public void ToTarget_Counter_IsWhatItCountsFor()
    {
        Assert.Equal(BudgetTarget.Group("mail"), new CounterKey(BudgetScope.Group, "", "mail", "usd").ToTarget());
        Assert.Equal(BudgetTarget.Type("send"), new CounterKey(BudgetScope.Type, "", "send", BudgetCap.Starts).ToTarget());
        Assert.Equal(BudgetTarget.Value("tenant", "acme"), new CounterKey(BudgetScope.Metadata, "tenant", "acme", "usd").ToTarget());
    }
}
