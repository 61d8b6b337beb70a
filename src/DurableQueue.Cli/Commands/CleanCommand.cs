using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands;

internal static class CleanCommand
{
    private const int PageSize = 10_000;

    public static Command Create()
    {
        var successfulOnly = Values.Flag("--successful-only", "Only tasks that succeeded.", "-s");
        var groups = Values.Groups("Only in this group. Repeatable.");
        var olderThan = Values.Duration("--older-than", "Only tasks that ended longer ago than this.");
        var logsOlderThan = Values.Duration("--logs-older-than", "Remove the logs of tasks that ended longer ago than this; without other options, the tasks are kept.");
        var emptyGroups = Values.Flag("--remove-empty-groups", "Remove groups without tasks, except default and groups that were created or configured explicitly.");
        var dryRun = Values.Flag("--dry-run", "Only show what would be removed.");
        return new Command("clean", "Remove finished tasks and their logs. Writes a JSON report.")
            .With(successfulOnly, groups, olderThan, logsOlderThan, emptyGroups, dryRun)
            .WithAction(async invocation =>
            {
                var run = new Cleaning(invocation, invocation.Get(groups) is { Length: > 0 } names ? names : null, invocation.Get(dryRun));
                await run.CheckGroupsAsync();
                var now = invocation.Time.GetUtcNow();
                var age = invocation.Get(olderThan);

                // Asked only for old logs or empty groups, it keeps the tasks.
                if (age is not null || invocation.Get(successfulOnly) || (!invocation.Has(logsOlderThan) && !invocation.Get(emptyGroups)))
                {
                    await run.RemoveTasksAsync(age ?? TimeSpan.Zero, invocation.Get(successfulOnly), now);
                }

                if (invocation.Get(logsOlderThan) is { } logAge)
                {
                    await run.RemoveOldLogsAsync(now - logAge);
                }

                if (invocation.Get(emptyGroups))
                {
                    await run.RemoveEmptyGroupsAsync();
                }

                run.Report();
                return ExitCode.Done;
            });
    }

    private sealed class Cleaning(DqInvocation invocation, string[]? groups, bool dryRun)
    {
        private readonly List<string> removedGroups = [];
        private readonly LogFolder folder = new(invocation.Files);
        private int tasks;
        private int logs;
        private long bytes;

        public async Task CheckGroupsAsync()
        {
            foreach (var name in groups ?? [])
            {
                _ = await (await invocation.OpenAsync()).Groups.GetAsync(name, invocation.Token) ?? throw new GroupNotFoundException(name);
            }
        }

        public async Task RemoveTasksAsync(TimeSpan age, bool successfulOnly, DateTimeOffset now)
        {
            var queue = await invocation.OpenAsync();
            if (dryRun)
            {
                var kept = await FindWaitedForAsync(queue);
                await foreach (var info in FinishedAsync(queue, successfulOnly ? [TaskState.Done] : null))
                {
                    if (now - info.FinishedAt >= age && !kept.Contains(info.Id))
                    {
                        tasks++;
                        Count(info.Id);
                    }
                }

                return;
            }

            folder.RequireAccess();
            var policy = successfulOnly ? new RetentionPolicy { Succeeded = age } : RetentionPolicy.KeepFor(age);
            tasks = await queue.Control.PruneAsync(policy with { Groups = groups }, invocation.Token);
            await RemoveLogsOfNobodyAsync(queue);
        }

        public async Task RemoveOldLogsAsync(DateTimeOffset before)
        {
            var queue = await invocation.OpenAsync();
            await foreach (var info in FinishedAsync(queue, null))
            {
                if (info.FinishedAt < before)
                {
                    Delete(info.Id);
                }
            }
        }

        public async Task RemoveEmptyGroupsAsync()
        {
            var queue = await invocation.OpenAsync();
            foreach (var group in await queue.Groups.ListAsync(invocation.Token))
            {
                if (group.Name == NewTask.DefaultGroup || group.Configured || group.Counts.Total > 0 || groups?.Contains(group.Name) == false)
                {
                    continue;
                }

                if (!dryRun)
                {
                    await queue.Groups.RemoveAsync(group.Name, invocation.Token);
                }

                removedGroups.Add(group.Name);
            }
        }

        public void Report()
        {
            if (!dryRun)
            {
                invocation.Output.Remember($"{tasks} tasks and {logs} logs were removed.");
            }

            invocation.Output.WriteJson(Write);
        }

        private void Write(System.Text.Json.Utf8JsonWriter json)
        {
            json.WriteBoolean("dry_run", dryRun);
            json.WriteNumber("tasks", tasks);
            json.WriteNumber("logs", logs);
            json.WriteNumber("log_bytes", bytes);
            json.WriteStartArray("groups");
            foreach (var group in removedGroups)
            {
                json.WriteStringValue(group);
            }

            json.WriteEndArray();
        }

        private IAsyncEnumerable<TaskInfo> FinishedAsync(ITaskQueue queue, IReadOnlyList<TaskState>? states) =>
            TaskViews.ReadInfosAsync(
                queue,
                new TaskQuery { States = states ?? [TaskState.Done, TaskState.Failed, TaskState.Cancelled], Groups = groups, Order = TaskOrder.Finished },
                PageSize,
                invocation.Token);

        /// <summary>A prune keeps tasks that an unfinished task waits for, or whose failure broke its dependency.</summary>
        private async Task<HashSet<TaskId>> FindWaitedForAsync(ITaskQueue queue)
        {
            var waitedFor = new HashSet<TaskId>();
            await foreach (var task in TaskViews.ReadAsync(queue, new TaskQuery { States = [TaskState.Queued, TaskState.CheckedOut] }, invocation.Token))
            {
                waitedFor.UnionWith(task.After.Where(dependency => dependency.State != DependencyState.Satisfied).Select(dependency => dependency.On));
            }

            return waitedFor;
        }

        /// <summary>Includes what an earlier clean left when it was interrupted.</summary>
        private async Task RemoveLogsOfNobodyAsync(ITaskQueue queue)
        {
            foreach (var part in folder.Ids.Chunk(PageSize))
            {
                var known = await queue.Inspector.QueryAsync(new TaskQuery { Ids = part, Limit = PageSize }, invocation.Token);
                foreach (var id in part.Except(known.Tasks.Select(task => task.Id)))
                {
                    Delete(id);
                }
            }
        }

        private void Delete(TaskId id)
        {
            Count(id);
            if (!dryRun)
            {
                folder.Delete(id);
            }
        }

        private void Count(TaskId id)
        {
            var (count, size) = folder.Measure(id);
            logs += count;
            bytes += size;
        }
    }
}
