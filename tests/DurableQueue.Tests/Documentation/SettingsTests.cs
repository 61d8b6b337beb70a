using DurableQueue.Processes;
using Xunit;

namespace DurableQueue.Tests.Documentation;

/// <summary>The manual leaves no setting out.</summary>
public sealed class SettingsTests
{
    public static TheoryData<string, Type> Pages => new()
    {
        { "approvals.md", typeof(ApprovalGate) },
        { "approvals.md", typeof(ApprovalOptions) },
        { "budgets.md", typeof(BudgetPolicy) },
        { "commands.md", typeof(CommandOptions) },
        { "commands.md", typeof(CommandTask) },
        { "commands.md", typeof(OutputPattern) },
        { "configuration.md", typeof(HandlerOptions) },
        { "configuration.md", typeof(RouterOptions) },
        { "configuration.md", typeof(SqliteQueueOptions) },
        { "control.md", typeof(TaskEdit) },
        { "dag-files.md", typeof(TaskGraphFileOptions) },
        { "graphs.md", typeof(TaskGraphSubmitOptions) },
        { "inspection.md", typeof(TaskQuery) },
        { "inspection.md", typeof(WaitOptions) },
        { "operations.md", typeof(RetentionPolicy) },
        { "retries.md", typeof(RetryPolicy) },
        { "schedules.md", typeof(NewSchedule) },
        { "tasks.md", typeof(NewTask) },
        { "workers.md", typeof(CheckoutRequest) },
        { "workers.md", typeof(WorkerOptions) },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_OfAType_NamesEachOfItsSettings(string page, Type settings)
    {
        var text = File.ReadAllText(RepositoryRoot.File("docs", page));

        var missing = settings.GetProperties().Where(property => property.SetMethod is { IsPublic: true } || property.Name == nameof(RouterOptions.Candidates))
            .Select(property => property.Name).Where(name => !text.Contains($"{name}`", StringComparison.Ordinal) && !text.Contains($"{name} =", StringComparison.Ordinal));

        Assert.Empty(missing);
    }
}
