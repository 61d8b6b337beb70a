using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.ModelTests.Budgets;

/// <summary>25 programs of 200 steps over the budgets of two groups, types and tenants.</summary>
public sealed class BudgetProgramTests(ITestOutputHelper output)
{
    [Fact]
    public Task AnyProgram_OverBudgets_DoesWhatTheModelDoes() => SeededPrograms.RunAsync(output, programs: 25, BudgetProgram.RunAsync);
}
