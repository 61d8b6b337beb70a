using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DurableQueue.Tests.Documentation;

/// <summary>The guides for those who come from elsewhere name what is there.</summary>
public sealed partial class GuideTests
{
    /// <summary>What the guides call an object of each of these types.</summary>
    private static readonly Dictionary<string, Type[]> Subjects = new(StringComparer.Ordinal)
    {
        ["queue"] = [typeof(ITaskQueue), typeof(TaskQueueExtensions), typeof(SqliteTaskQueueExtensions)],
        ["queue.Control"] = [typeof(ITaskControl)],
        ["queue.Groups"] = [typeof(ITaskGroups)],
        ["queue.Schedules"] = [typeof(ITaskSchedules)],
        ["queue.Inspector"] = [typeof(ITaskInspector), typeof(TaskInspectorExtensions)],
        ["context"] = [typeof(TaskContext), typeof(TaskContextExtensions)],
        ["q"] = [typeof(DurableQueueBuilder), typeof(SqliteQueueBuilderExtensions)],
        ["h"] = [typeof(HandlerOptions)],
        ["w"] = [typeof(WorkerOptions)],
        ["services"] = [typeof(DurableQueueServiceCollectionExtensions)],
        ["RetryPolicy"] = [typeof(RetryPolicy)],
        ["RetentionPolicy"] = [typeof(RetentionPolicy)],
        ["TaskDependency"] = [typeof(TaskDependency)],
        ["DependencyCondition"] = [typeof(DependencyCondition)],
    };

    [Theory]
    [InlineData("from-hangfire.md")]
    [InlineData("from-quartz.md")]
    public void OurSide_OfEachRow_NamesMembersThatExist(string guide)
    {
        var missing = new List<string>();
        var found = 0;
        foreach (Match row in Rows().Matches(File.ReadAllText(RepositoryRoot.File("docs", guide))))
        {
            foreach (Match call in Calls().Matches(string.Concat(Code().Matches(row.Groups["ours"].Value).Select(code => code.Value))))
            {
                found++;
                var members = Subjects[call.Groups["subject"].Value].SelectMany(type => type.GetMembers()).Select(member => member.Name);
                if (!members.Contains(call.Groups["member"].Value))
                {
                    missing.Add(call.Value);
                }
            }
        }

        Assert.Empty(missing);
        Assert.True(found > 20);
    }

    [GeneratedRegex(@"^\| .+? \| (?<ours>.+) \|$", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex("`[^`]+`")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<![\w.])(?<subject>queue\.(Control|Groups|Schedules|Inspector)|queue|context|q|h|w|services|RetryPolicy|RetentionPolicy|TaskDependency|DependencyCondition)\.(?<member>\w+)")]
    private static partial Regex Calls();
}
