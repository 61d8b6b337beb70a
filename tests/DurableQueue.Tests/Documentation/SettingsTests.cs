using System.Text.RegularExpressions;
using DurableQueue.Processes;
using Xunit;

namespace DurableQueue.Tests.Documentation;

/// <summary>The manual leaves out no setting, no error, and no table whose name is taken.</summary>
public sealed partial class SettingsTests
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

    [Fact]
    public void OutboxPage_NamesTheTablesOfTheQueue()
    {
        var page = File.ReadAllText(RepositoryRoot.File("docs", "outbox.md"));
        var tables = Directory.EnumerateFiles(RepositoryRoot.File("src", "DurableQueue", "Sqlite", "Schema"), "*.sql")
            .SelectMany(script => Tables().Matches(File.ReadAllText(script))).Select(match => match.Groups["name"].Value).ToList();

        Assert.Contains("task", tables);
        Assert.All(tables, table => Assert.True(
            page.Contains($"`{table}`", StringComparison.Ordinal) || page.Contains($"`{table.Split('_')[0]}_`", StringComparison.Ordinal), $"docs/outbox.md does not name the table {table}"));
    }

    [Fact]
    public void ErrorsPage_NamesEveryExceptionAndStorageError()
    {
        var page = File.ReadAllText(RepositoryRoot.File("docs", "errors.md"));
        var exceptions = typeof(ITaskQueue).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(Exception))).Select(type => type.Name);

        var missing = exceptions.Concat(Enum.GetNames<QueueStorageError>()).Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    [GeneratedRegex(@"^CREATE TABLE (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Tables();
}
