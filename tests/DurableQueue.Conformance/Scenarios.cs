using Xunit;

namespace DurableQueue.Conformance;

/// <summary>All that a refused call must leave as it was: one task, its history, and the counters of the queue.</summary>
internal sealed record TaskSnapshot(TaskInfo? Info, string Surroundings);

/// <summary>What several classes of the contract look at.</summary>
internal static class Scenarios
{
    private static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>();

    public static async Task<TaskSnapshot> SnapshotAsync(this ITaskQueue queue, TaskId id)
    {
        var info = await queue.Inspector.GetAsync(id);
        var lines = new List<string> { await queue.DescribeAsync() };
        if (info is not null)
        {
            lines.AddRange(info.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}"));
            lines.Add(Convert.ToHexString((await queue.Inspector.GetPayloadAsync(id)).Span));
            var result = await queue.Inspector.GetResultAsync(id);
            lines.Add(result is { } bytes ? $"result {Convert.ToHexString(bytes.Span)}" : "no result");
            lines.AddRange((await queue.Inspector.GetAttemptsAsync(id)).Select(attempt => attempt.ToString()));
        }

        // Dictionaries compare by reference; the entries are among the lines.
        return new TaskSnapshot(info is null ? null : info with { Metadata = NoMetadata }, string.Join('\n', lines));
    }

    /// <summary>The groups, their counters, and the number of the latest finish, as text to compare.</summary>
    public static async Task<string> DescribeAsync(this ITaskQueue queue)
    {
        var lines = (await queue.Groups.ListAsync()).Select(group => group.ToString()).ToList();
        var latest = await queue.Inspector.GetFinishSequenceAsync();
        lines.Add($"finish {latest}");
        return string.Join('\n', lines);
    }

    /// <summary>
    /// Checks the invariants that can be read off the queue at any moment. A queue may settle dependents on its own between two
    /// reads, so what is checked are reads between which nothing changed.
    /// </summary>
    public static async Task AssertInvariantsAsync(this ITaskQueue queue)
    {
        for (var read = 0; read < 1_000; read++)
        {
            var before = await queue.DescribeAsync();
            var page = await queue.Inspector.QueryAsync(new TaskQuery { Limit = 10_000 });
            var groups = await queue.Groups.ListAsync();
            var counts = await queue.Inspector.CountAsync();
            if (before == await queue.DescribeAsync())
            {
                Assert.Null(page.Next);
                AssertCounts(page.Tasks, groups, counts);
                AssertFinishes(page.Tasks, await queue.Inspector.GetFinishSequenceAsync());
                Assert.All(page.Tasks, AssertConsistent);
                return;
            }
        }

        Assert.Fail("The queue changes by itself without end.");
    }

    /// <summary>Returns when no queued task has a dependency left that should have been settled.</summary>
    public static async Task SettleAsync(this ITaskQueue queue)
    {
        for (var read = 0; read < 1_000; read++)
        {
            if (await FindUnsettledAsync(queue) is null)
            {
                return;
            }

            await Task.Yield();
        }

        Assert.Fail($"Not settled: {await FindUnsettledAsync(queue)}");
    }

    private static async Task<DependencyInfo?> FindUnsettledAsync(ITaskQueue queue)
    {
        var tasks = (await queue.Inspector.QueryAsync(new TaskQuery { Limit = 10_000 })).Tasks.ToDictionary(task => task.Id);
        var paused = (await queue.Groups.ListAsync()).Where(group => group.Paused).Select(group => group.Name).ToHashSet();
        foreach (var task in tasks.Values.Where(task => task.Holds.HasFlag(TaskHolds.Dependencies)))
        {
            foreach (var edge in await queue.Inspector.GetDependenciesAsync(task.Id))
            {
                var parentFinished = tasks.TryGetValue(edge.On, out var parent) && parent.IsFinished;
                if ((edge.State == DependencyState.Waiting && parentFinished)
                    || (edge.State == DependencyState.Broken && !(task.Doomed && paused.Contains(task.Group))))
                {
                    return edge;
                }
            }
        }

        return null;
    }

    private static void AssertCounts(IReadOnlyList<TaskInfo> tasks, IReadOnlyList<GroupInfo> groups, TaskCounts counts)
    {
        foreach (var group in groups)
        {
            var own = tasks.Where(task => task.Group == group.Name).ToList();
            Assert.Equal((group.Name, "running", own.Count(TakesSlot)), (group.Name, "running", group.Running));
            Assert.Equal((group.Name, "waiting", own.Count(task => task.Waiting)), (group.Name, "waiting", group.Waiting));
            Assert.Equal((group.Name, Tally(own)), (group.Name, group.Counts));
            Assert.Equal((group.Name, Tally(own)), (group.Name, counts[group.Name]));
        }

        Assert.Equal(Tally(tasks), counts.Total);
    }

    private static void AssertFinishes(IReadOnlyList<TaskInfo> tasks, long latest)
    {
        var sequences = tasks.Where(task => task.IsFinished).Select(task => task.FinishSequence).ToList();
        Assert.All(sequences, sequence => Assert.InRange(Assert.NotNull(sequence), 1, latest));
        Assert.Equal(sequences.Count, sequences.Distinct().Count());
    }

    private static bool TakesSlot(TaskInfo task) => task.State == TaskState.CheckedOut && !task.Waiting;

    private static void AssertConsistent(TaskInfo task)
    {
        Assert.Equal(task.IsFinished, task.FinishSequence.HasValue);
        Assert.Equal(task.IsFinished, task.FinishedAt.HasValue);
        Assert.Equal(task.State, task.Outcome switch
        {
            TaskOutcome.None => task.IsFinished ? (TaskState)(-1) : task.State,
            TaskOutcome.Succeeded => TaskState.Done,
            TaskOutcome.Cancelled or TaskOutcome.Killed => TaskState.Cancelled,
            _ => TaskState.Failed,
        });
        Assert.Equal(task.State == TaskState.CheckedOut, task.LeaseExpiresAt.HasValue);
        Assert.InRange(task.Attempt, 0, task.MaxAttempts);
        if (task.State != TaskState.Queued)
        {
            Assert.Equal(TaskHolds.None, task.Holds);
            Assert.False(task.Urgent);
        }

        if (task.State != TaskState.CheckedOut)
        {
            Assert.False(task.Waiting);
        }
    }

    private static StateCounts Tally(IReadOnlyCollection<TaskInfo> tasks) => new(
        Queued: tasks.Count(task => task.State == TaskState.Queued),
        CheckedOut: tasks.Count(task => task.State == TaskState.CheckedOut),
        Done: tasks.Count(task => task.State == TaskState.Done),
        Failed: tasks.Count(task => task.State == TaskState.Failed),
        Cancelled: tasks.Count(task => task.State == TaskState.Cancelled));
}
