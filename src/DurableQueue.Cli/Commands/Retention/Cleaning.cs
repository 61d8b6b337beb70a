using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Retention;

/// <summary>Removes what a clean asks for. A dry run takes the same way, and leaves out only the deletions.</summary>
internal sealed class Cleaning(DqInvocation invocation, CleanReport report, string[]? groups)
{
    private const int PageSize = 10_000;

    /// <summary>Contents include payloads with their environments.</summary>
    private const int ContentsAtOnce = 500;

    private readonly LogFolder folder = new(invocation.Files);

    /// <summary>A task that ends during the clean is not part of it.</summary>
    private readonly DateTimeOffset now = invocation.Time.GetUtcNow();

    public async Task RemoveTasksAsync(TimeSpan age, bool successfulOnly)
    {
        var queue = await invocation.OpenAsync();
        var neededBy = await FindNeededAsync(queue);
        var found = new List<TaskInfo>();
        await foreach (var info in FinishedAsync(queue))
        {
            if (successfulOnly && info.Outcome != TaskOutcome.Succeeded)
            {
                report.Keep(info.Id, CleanReport.NotSuccessful);
            }
            else if (now - info.FinishedAt < age)
            {
                report.Keep(info.Id, CleanReport.Recent);
            }
            else if (neededBy.TryGetValue(info.Id, out var children))
            {
                report.Keep(info.Id, CleanReport.Needed, children);
            }
            else
            {
                found.Add(info);
            }
        }

        if (!report.DryRun)
        {
            folder.RequireAccess();
            var keepFor = age + (invocation.Time.GetUtcNow() - now);
            var policy = successfulOnly ? new RetentionPolicy { Succeeded = keepFor } : RetentionPolicy.KeepFor(keepFor);
            await queue.Control.PruneAsync(policy with { Groups = groups }, invocation.Token);
        }

        await ReportRemovedAsync(queue, found);
        await RemoveLogsOfNobodyAsync(queue);
    }

    public async Task RemoveOldLogsAsync(TimeSpan age)
    {
        var queue = await invocation.OpenAsync();
        await foreach (var info in FinishedAsync(queue))
        {
            if (now - info.FinishedAt >= age && !report.IsRemoved(info.Id))
            {
                DeleteLogs(info.Id);
            }
        }
    }

    public async Task RemoveEmptyGroupsAsync()
    {
        var queue = await invocation.OpenAsync();
        foreach (var group in await queue.Groups.ListAsync(invocation.Token))
        {
            if (group.Name == NewTask.DefaultGroup || groups?.Contains(group.Name) == false)
            {
                continue;
            }

            // In a dry run, the tasks are still there.
            var tasks = report.DryRun ? group.Counts.Total - report.RemovedFrom(group.Name) : group.Counts.Total;
            if (tasks > 0)
            {
                report.Keep(group.Name, CleanReport.HasTasks);
            }
            else if (group.Configured)
            {
                report.Keep(group.Name, CleanReport.Configured);
            }
            else
            {
                await RemoveAsync(queue, group.Name);
            }
        }
    }

    private async Task RemoveAsync(ITaskQueue queue, string group)
    {
        try
        {
            if (!report.DryRun)
            {
                await queue.Groups.RemoveAsync(group, invocation.Token);
            }

            report.Remove(group);
        }
        catch (GroupStateException)
        {
            report.Keep(group, CleanReport.HasTasks);
        }
    }

    private IAsyncEnumerable<TaskInfo> FinishedAsync(ITaskQueue queue) => TaskViews.ReadInfosAsync(
        queue,
        new TaskQuery { States = [TaskState.Done, TaskState.Failed, TaskState.Cancelled], Groups = groups, Order = TaskOrder.Finished },
        PageSize,
        invocation.Token);

    /// <summary>A prune keeps tasks that an unfinished task waits for, or whose failure broke its dependency.</summary>
    private async Task<Dictionary<TaskId, List<TaskId>>> FindNeededAsync(ITaskQueue queue)
    {
        var neededBy = new Dictionary<TaskId, List<TaskId>>();
        var waiting = new List<TaskId>();
        await foreach (var child in TaskViews.ReadInfosAsync(queue, new TaskQuery { States = [TaskState.Queued, TaskState.CheckedOut] }, PageSize, invocation.Token))
        {
            if (child.PendingDependencies > 0 || child.Doomed)
            {
                waiting.Add(child.Id);
            }
        }

        foreach (var part in waiting.Chunk(ContentsAtOnce))
        {
            foreach (var (child, content) in await queue.Inspector.GetContentsAsync(part, invocation.Token))
            {
                foreach (var dependency in content.Dependencies.Where(dependency => dependency.State != DependencyState.Satisfied))
                {
                    (neededBy.TryGetValue(dependency.On, out var children) ? children : neededBy[dependency.On] = []).Add(child);
                }
            }
        }

        return neededBy;
    }

    /// <summary>What was retried or is needed meanwhile was not removed.</summary>
    private async Task ReportRemovedAsync(ITaskQueue queue, List<TaskInfo> found)
    {
        foreach (var part in found.Chunk(PageSize))
        {
            var left = report.DryRun
                ? []
                : (await queue.Inspector.QueryAsync(new TaskQuery { Ids = [.. part.Select(info => info.Id)], Limit = PageSize }, invocation.Token))
                    .Tasks.Select(info => info.Id).ToHashSet();
            foreach (var info in part)
            {
                if (left.Contains(info.Id))
                {
                    report.Keep(info.Id, CleanReport.Needed);
                }
                else
                {
                    report.Remove(info);
                    DeleteLogs(info.Id);
                }
            }
        }
    }

    /// <summary>What an earlier clean left when it was interrupted.</summary>
    private async Task RemoveLogsOfNobodyAsync(ITaskQueue queue)
    {
        foreach (var part in folder.Ids.Where(id => !report.IsRemoved(id)).Chunk(PageSize))
        {
            var known = await queue.Inspector.QueryAsync(new TaskQuery { Ids = part, Limit = PageSize }, invocation.Token);
            foreach (var id in part.Except(known.Tasks.Select(task => task.Id)))
            {
                DeleteLogs(id);
            }
        }
    }

    private void DeleteLogs(TaskId id)
    {
        var (count, bytes) = folder.Measure(id);
        if (count > 0)
        {
            report.RemoveLogs(id, count, bytes);
        }

        if (!report.DryRun)
        {
            folder.Delete(id);
        }
    }
}
