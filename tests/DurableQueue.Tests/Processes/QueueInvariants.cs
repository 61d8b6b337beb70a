using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Processes;

/// <summary>What must be true of a queue at any moment, read through its public face while nothing else uses the file.</summary>
internal static class QueueInvariants
{
    /// <summary>Fails the test if one does not hold; gives every task of the queue.</summary>
    public static async Task<IReadOnlyDictionary<TaskId, TaskInfo>> CheckAsync(ITaskQueue queue, string context)
    {
        var tasks = await ReadAllAsync(queue);
        await CheckGroupsAsync(queue, tasks, context);
        await CheckFinishesAsync(queue, tasks, context);
        await CheckDependenciesAsync(queue, tasks, context);
        var verification = await queue.Inspector.VerifyAsync();
        Assert.True(verification.IsSound, $"{string.Join('\n', verification.Findings)} ({context})");
        return tasks;
    }

    /// <summary>SQLite's own check of a file that no queue has open.</summary>
    public static void CheckFile(string path, string context)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        Assert.True(Read(connection, "PRAGMA integrity_check") == "ok", $"integrity_check failed ({context})");
        Assert.True(Read(connection, "PRAGMA foreign_key_check") == "", $"foreign_key_check failed ({context})");
    }

    private static string Read(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        return reader.Read() ? reader.GetString(0) : "";
    }

    private static async Task<Dictionary<TaskId, TaskInfo>> ReadAllAsync(ITaskQueue queue)
    {
        var tasks = new Dictionary<TaskId, TaskInfo>();
        TaskCursor? cursor = null;
        do
        {
            var page = await queue.Inspector.QueryAsync(new TaskQuery { Limit = 1_000, Cursor = cursor });
            foreach (var task in page.Tasks)
            {
                tasks.Add(task.Id, task);
            }

            cursor = page.Next;
        }
        while (cursor is not null);

        return tasks;
    }

    private static async Task CheckGroupsAsync(ITaskQueue queue, Dictionary<TaskId, TaskInfo> tasks, string context)
    {
        var counts = await queue.Inspector.CountAsync();
        foreach (var group in await queue.Groups.ListAsync())
        {
            var members = tasks.Values.Where(task => task.Group == group.Name).ToList();
            var counted = new StateCounts(
                Count(members, TaskState.Queued), Count(members, TaskState.CheckedOut), Count(members, TaskState.Done),
                Count(members, TaskState.Failed), Count(members, TaskState.Cancelled));
            var waiting = members.Count(task => task is { State: TaskState.CheckedOut, Waiting: true });
            Assert.True(counted == group.Counts, $"group {group.Name}: counts {group.Counts}, tasks {counted} ({context})");
            Assert.True(counted == counts[group.Name], $"group {group.Name}: CountAsync {counts[group.Name]}, tasks {counted} ({context})");
            Assert.True(group.Waiting == waiting, $"group {group.Name}: waiting {group.Waiting}, tasks {waiting} ({context})");
            Assert.True(
                group.Running == counted.CheckedOut - waiting, $"group {group.Name}: running {group.Running}, tasks {counted.CheckedOut - waiting} ({context})");
            Assert.True(
                group.Parallelism == 0 || group.Running <= group.Parallelism,
                $"group {group.Name}: {group.Running} run, limit {group.Parallelism} ({context})");
        }

        Assert.True(counts.Total.Total == tasks.Count, $"CountAsync counts {counts.Total.Total} tasks, the pages hold {tasks.Count} ({context})");
    }

    private static async Task CheckFinishesAsync(ITaskQueue queue, Dictionary<TaskId, TaskInfo> tasks, string context)
    {
        foreach (var task in tasks.Values)
        {
            Assert.True(task.IsFinished == task.FinishSequence is not null, $"task {task.Id} is {task.State} with sequence {task.FinishSequence} ({context})");
        }

        var latest = await queue.Inspector.GetFinishSequenceAsync();
        var finished = tasks.Values.Where(task => task.IsFinished).OrderBy(task => task.FinishSequence).ToList();
        Assert.True(
            finished.Select(task => task.FinishSequence).Distinct().Count() == finished.Count, $"two finishes have one sequence number ({context})");
        Assert.True(finished.Count == 0 || finished[^1].FinishSequence <= latest, $"a finish is numbered above {latest} ({context})");

        var watched = new List<(TaskId Id, long? Sequence)>();
        if (finished.Count > 0)
        {
            await foreach (var finish in queue.Inspector.WatchAsync())
            {
                watched.Add((finish.Id, finish.Sequence));
                if (watched.Count == finished.Count)
                {
                    break;
                }
            }
        }

        Assert.True(
            watched.SequenceEqual(finished.Select(task => (task.Id, task.FinishSequence))), $"the watch does not replay the finishes in order ({context})");
    }

    private static async Task CheckDependenciesAsync(ITaskQueue queue, Dictionary<TaskId, TaskInfo> tasks, string context)
    {
        foreach (var task in tasks.Values)
        {
            var dependencies = await queue.Inspector.GetDependenciesAsync(task.Id);
            foreach (var dependency in dependencies)
            {
                var parent = tasks[dependency.On];
                var expected = dependency.When switch
                {
                    _ when !parent.IsFinished => DependencyState.Waiting,
                    DependencyCondition.Succeeded when parent.State != TaskState.Done => DependencyState.Broken,
                    DependencyCondition.Failed when parent.State != TaskState.Failed => DependencyState.Broken,
                    _ => DependencyState.Satisfied,
                };
                Assert.True(
                    dependency.State == expected,
                    $"task {task.Id} on {parent.Id} ({parent.State}) {dependency.When}: {dependency.State}, expected {expected} ({context})");
                Assert.True(
                    dependency.State == DependencyState.Satisfied || task is { State: not (TaskState.CheckedOut or TaskState.Done), Attempt: 0 },
                    $"task {task.Id} ran before {parent.Id} had ended as asked ({context})");
            }

            var pending = dependencies.Count(dependency => dependency.State == DependencyState.Waiting);
            Assert.True(task.PendingDependencies == pending, $"task {task.Id}: pending {task.PendingDependencies}, edges {pending} ({context})");
            Assert.True(
                task.State != TaskState.Queued || task.Holds.HasFlag(TaskHolds.Dependencies) == (pending > 0),
                $"task {task.Id}: holds {task.Holds} with {pending} waiting edges ({context})");
        }
    }

    private static int Count(List<TaskInfo> tasks, TaskState state) => tasks.Count(task => task.State == state);
}
