using DurableQueue.Budgets;
using Xunit;

namespace DurableQueue.Tests.Budgets;

public sealed class DemandTests
{
    private static readonly Dictionary<string, string> Metadata = new() { ["tenant"] = "acme", ["user"] = "ann" };

    private readonly PolicySet policies = new();

    [Fact]
    public void AddForLane_NoPolicies_AsksNothing() => Assert.Empty(Of(own: null));

    [Fact]
    public void AddForLane_RateAndCost_AsksOneStartAndTheEstimateOfThePolicy()
    {
        policies.Add(BudgetScope.Group, "", "mail", BudgetCaps.Policy(rate: 3, cost: 9, estimate: 2));
        policies.Add(BudgetScope.Type, "", null, BudgetCaps.Policy(rate: 5));

        Assert.Equal(["group mail  1", "group mail usd 2", "type send  1"], Of(own: null));
    }

    [Fact]
    public void AddForLane_OwnEstimateInTheUnitOfTheCap_TakesItsPlace()
    {
        policies.Add(BudgetScope.Group, "", "mail", BudgetCaps.Policy(cost: 9, estimate: 2));

        Assert.Equal(["group mail usd 4", "type send usd 4"], Of(new CostEstimate("usd", 4)));
    }

    [Fact]
    public void AddForLane_OwnEstimateInAnotherUnit_ReservesBoth()
    {
        policies.Add(BudgetScope.Group, "", "mail", BudgetCaps.Policy(cost: 9, estimate: 2));

        Assert.Equal(["group mail usd 2", "group mail eur 4", "type send eur 4"], Of(new CostEstimate("eur", 4)));
    }

    [Fact]
    public void AddForLane_OwnEstimateOfZero_ReservesNothingWhereThereIsNoCap()
    {
        policies.Add(BudgetScope.Group, "", "mail", BudgetCaps.Policy(cost: 9, estimate: 2));

        Assert.Equal(["group mail usd 0"], Of(new CostEstimate("usd", 0)));
    }

    [Fact]
    public void AddForMetadata_KeysWithABudget_AsksForTheValuesOfTheTask()
    {
        policies.Add(BudgetScope.Metadata, "tenant", null, BudgetCaps.Policy(rate: 3));
        policies.Add(BudgetScope.Metadata, "user", "bob", BudgetCaps.Policy(rate: 3));
        policies.Add(BudgetScope.Metadata, "region", null, BudgetCaps.Policy(rate: 3));

        Assert.Equal(["tenant=acme  1"], Of(own: null));
    }

    [Fact]
    public void ChargedCounters_NoMetadataBudget_AreThoseOfGroupAndType() =>
        Assert.Equal(
            [new CounterKey(BudgetScope.Group, "", "mail", "usd"), new CounterKey(BudgetScope.Type, "", "send", "usd")],
            ChargedCounters.Of(policies, "mail", "send", () => throw new InvalidOperationException("It is not needed."), () => throw new InvalidOperationException("It is not needed."), "usd"));

    [Fact]
    public void ChargedCounters_MetadataBudget_IncludeTheValuesOfTheTask()
    {
        policies.Add(BudgetScope.Metadata, "tenant", null, BudgetCaps.Policy(rate: 3));
        policies.Add(BudgetScope.Metadata, "region", null, BudgetCaps.Policy(rate: 3));

        Assert.Equal(
            ["group mail", "type send", "tenant=acme"],
            ChargedCounters.Of(policies, "mail", "send", () => Metadata, () => null, "usd").ConvertAll(counter => counter.ToTarget().ToString()));
    }

    private List<string> Of(CostEstimate? own)
    {
        var demands = new List<Demand>();
        Demand.AddForLane(policies, "mail", "send", own, demands);
        Demand.AddForMetadata(policies, Metadata, own, demands);
        return demands.ConvertAll(demand => $"{demand.Counter.ToTarget()} {demand.Counter.Unit} {demand.Amount}");
    }
}
