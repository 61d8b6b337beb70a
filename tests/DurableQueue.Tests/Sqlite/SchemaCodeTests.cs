using System.Globalization;
using System.Reflection;
using DurableQueue.Approvals;
using DurableQueue.Dependencies;
using DurableQueue.Groups;
using DurableQueue.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

public sealed class SchemaCodeTests
{
    [Theory]
    [InlineData(typeof(TaskStateCode), typeof(TaskState))]
    [InlineData(typeof(OutcomeCode), typeof(TaskOutcome))]
    [InlineData(typeof(HoldCode), typeof(TaskHolds))]
    [InlineData(typeof(EdgeCode), typeof(DependencyState))]
    [InlineData(typeof(ConditionCode), typeof(DependencyCondition))]
    [InlineData(typeof(ApprovalCode), typeof(ApprovalState))]
    [InlineData(typeof(RequestCode), typeof(ApprovalStatus))]
    [InlineData(typeof(RunResultCode), typeof(ScheduleRunResult))]
    [InlineData(typeof(UrgencyCode), typeof(Urgency))]
    [InlineData(typeof(BudgetScopeCode), typeof(BudgetScope))]
    [InlineData(typeof(CascadeCode), typeof(CascadeKind))]
    public void Codes_OfAnEnum_AreItsNumbers(Type codes, Type numbers)
    {
        foreach (var (name, number) in Read(codes).Where(code => code.Key != nameof(TaskStateCode.FirstFinished)))
        {
            Assert.Equal(Convert.ToInt64(Enum.Parse(numbers, name), CultureInfo.InvariantCulture), number);
        }

        Assert.Equal(Enum.GetNames(numbers).Order(), Read(codes).Keys.Where(name => name != nameof(TaskStateCode.FirstFinished)).Order());
    }

    [Fact]
    public void FirstFinished_States_AreThoseFromItOn() => Assert.All(
        Enum.GetValues<TaskState>(),
        state => Assert.Equal(state is TaskState.Done or TaskState.Failed or TaskState.Cancelled, (int)state >= int.Parse(TaskStateCode.FirstFinished, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(DedupScope.Active, DedupCode.Active)]
    [InlineData(DedupScope.Forever, DedupCode.Forever)]
    [InlineData(DedupScope.UntilStarted, DedupCode.UntilStarted)]
    public void DedupCodes_AreWhatIsWritten(DedupScope scope, string code)
    {
        Assert.Equal(code, StoredScope.Write("key", scope).ToString(CultureInfo.InvariantCulture));
        Assert.Equal(DedupCode.NoKey, StoredScope.Write(null, scope).ToString(CultureInfo.InvariantCulture));
    }

    private static Dictionary<string, long> Read(Type codes) => codes.GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(field => field.Name, field => long.Parse((string)field.GetRawConstantValue()!, CultureInfo.InvariantCulture));
}
