using Xunit;

namespace DurableQueue.Tests;

/// <summary>The public surface is written down, so that every change of it is seen in review.</summary>
public sealed class PublicApiTests
{
    private const string UpdateVariable = "DURABLEQUEUE_UPDATE_API";

    [Theory]
    [InlineData(typeof(ITaskQueue), "PublicApi.txt")]
    [InlineData(typeof(QueueTestKit), "PublicApi.Testing.txt")]
    [InlineData(typeof(DurableQueue.Processes.CommandTask), "PublicApi.Processes.txt")]
    [InlineData(typeof(DurableQueue.Mcp.DurableQueueToolOptions), "PublicApi.Mcp.txt")]
    [InlineData(typeof(DurableQueue.Dashboard.DashboardOptions), "PublicApi.Dashboard.txt")]
    [InlineData(typeof(PostgresTaskQueue), "PublicApi.PostgreSql.txt")]
    public async Task Surface_IsWhatIsWrittenDown(Type any, string name)
    {
        var file = RepositoryRoot.File("tests", "DurableQueue.Tests", name);
        var actual = PublicSurface.Describe(any.Assembly);
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            await File.WriteAllTextAsync(file, actual);
        }

        var written = File.Exists(file) ? (await File.ReadAllTextAsync(file)).ReplaceLineEndings("\n") : "";
        if (written != actual)
        {
            var (old, now) = (written.Split('\n'), actual.Split('\n'));
            Assert.Fail(
                $"The public surface is not what {name} says. If the change is meant, run the tests with {UpdateVariable}=1 and commit the file.\n"
                + string.Join('\n', old.Except(now).Select(line => $"- {line}").Concat(now.Except(old).Select(line => $"+ {line}"))));
        }
    }
}
