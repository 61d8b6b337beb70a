using DurableQueue.Budgets;
using Xunit;

namespace DurableQueue.Tests.Budgets;

public sealed class AdmissionTests
{
    [Theory]

    // There is room.
    [InlineData(BudgetScope.Group, false, 10, 0, 9, 1, "Admit")]
    [InlineData(BudgetScope.Type, false, 10, 0, 9, 1, "Admit")]
    [InlineData(BudgetScope.Metadata, false, 10, 0, 9, 1, "Admit")]
    [InlineData(BudgetScope.Command, false, 10, 0, 9, 1, "Admit")]
    [InlineData(BudgetScope.Group, true, 10, 0, 9, 1, "Admit")]
    [InlineData(BudgetScope.Group, false, 10, 4, 6, 4, "Admit")]

    // Used up: a group or type closes, a task of a metadata value or a pattern waits by itself.
    [InlineData(BudgetScope.Group, false, 10, 0, 10, 1, "CloseLane")]
    [InlineData(BudgetScope.Type, false, 10, 0, 10, 1, "CloseLane")]
    [InlineData(BudgetScope.Metadata, false, 10, 0, 10, 1, "Park")]
    [InlineData(BudgetScope.Command, false, 10, 0, 10, 1, "Park")]
    [InlineData(BudgetScope.Group, false, 10, 0, 12, 1, "CloseLane")]

    // The policy says that tasks fail.
    [InlineData(BudgetScope.Group, true, 10, 0, 10, 1, "Refuse")]
    [InlineData(BudgetScope.Type, true, 10, 0, 10, 1, "Refuse")]
    [InlineData(BudgetScope.Metadata, true, 10, 0, 10, 1, "Refuse")]
    [InlineData(BudgetScope.Group, true, 10, 0, 5, 6, "Refuse")]

    // A start that reserves nothing needs a counter that is not full.
    [InlineData(BudgetScope.Group, false, 10, 0, 9, 0, "Admit")]
    [InlineData(BudgetScope.Group, false, 10, 0, 10, 0, "CloseLane")]
    [InlineData(BudgetScope.Metadata, false, 10, 0, 10, 0, "Park")]

    // What is used up is what the usual estimate no longer fits into.
    [InlineData(BudgetScope.Group, false, 10, 4, 7, 4, "CloseLane")]
    [InlineData(BudgetScope.Type, false, 10, 4, 7, 4, "CloseLane")]

    // A dearer task waits by itself, a cheaper one starts.
    [InlineData(BudgetScope.Group, false, 10, 4, 6, 5, "Park")]
    [InlineData(BudgetScope.Group, false, 10, 0, 5, 6, "Park")]
    [InlineData(BudgetScope.Group, false, 10, 4, 7, 3, "Admit")]
    public void Decide_OneClaim_SaysWhatBecomesOfTheTask(
        BudgetScope scope, bool refuses, long most, long estimate, long used, long amount, string expected)
    {
        var usage = new CounterUsage(BudgetCaps.Cost(most, estimate, refuses), scope, used);

        var admission = Admission.Decide([new Claim(usage, amount)]);

        Assert.Equal(expected, admission.Kind.ToString());
        Assert.Equal(admission.Kind == AdmissionKind.Admit ? -1 : 0, admission.By);
    }

    [Fact]
    public void Decide_NoClaims_Admits() => Assert.Equal(new Admission(AdmissionKind.Admit, -1), Admission.Decide([]));

    [Fact]
    public void Decide_CounterWithoutCap_Admits() =>
        Assert.Equal(AdmissionKind.Admit, Admission.Decide([new Claim(new CounterUsage(null, BudgetScope.Group, long.MaxValue / 2), 5)]).Kind);

    [Theory]
    [InlineData(9, 9, 9, "Admit", -1)]
    [InlineData(10, 9, 9, "CloseLane", 0)]
    [InlineData(9, 10, 9, "Refuse", 1)]
    [InlineData(9, 9, 10, "Park", 2)]
    [InlineData(9, 10, 10, "Refuse", 1)]
    [InlineData(10, 10, 10, "CloseLane", 0)]
    public void Decide_SeveralClaims_TheFirstWithoutRoomDecides(long group, long type, long tenant, string expected, int by)
    {
        Claim[] claims =
        [
            new(new CounterUsage(BudgetCaps.Starts(10), BudgetScope.Group, group), 1),
            new(new CounterUsage(BudgetCaps.Starts(10, refuses: true), BudgetScope.Type, type), 1),
            new(new CounterUsage(BudgetCaps.Starts(10), BudgetScope.Metadata, tenant), 1),
        ];

        var admission = Admission.Decide(claims);

        Assert.Equal((expected, by), (admission.Kind.ToString(), admission.By));
    }
}
