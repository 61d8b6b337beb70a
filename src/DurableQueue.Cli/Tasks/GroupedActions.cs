using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>The common part of <c>pause</c> and <c>start</c>: acts on tasks by id, or on groups and the commands that run in them.</summary>
internal static class GroupedActions
{
    private const int PageSize = 10_000;

    /// <summary>Acts on each id; without ids on each group that is named, on all groups, or on the group default.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> DoAsync(DqInvocation invocation, Targets targets, Func<TaskId, Task<string>> forTask, Func<string, Task<string>> forGroup)
    {
        var report = new ActionReport();
        var isNamed = targets.AreIds(invocation) || invocation.Get(targets.All) || invocation.Get(targets.Groups) is { Length: > 0 };
        if (isNamed)
        {
            targets.Check(invocation);
        }

        if (targets.AreIds(invocation))
        {
            foreach (var id in invocation.Get(targets.Ids)!)
            {
                await report.DoAsync(id, () => forTask(id));
            }

            return report.Finish(invocation);
        }

        foreach (var group in isNamed ? await targets.FindGroupsAsync(invocation) : [NewTask.DefaultGroup])
        {
            await report.DoAsync(group, () => forGroup(group));
        }

        return report.Finish(invocation);
    }

    /// <summary>Acts on every command that runs in a group. A command that ends meanwhile is skipped.</summary>
    /// <returns>The number of commands.</returns>
    public static async Task<int> ForRunningAsync(DqInvocation invocation, string group, Func<TaskId, CancellationToken, ValueTask<bool>> action)
    {
        var queue = await invocation.OpenAsync();
        var done = 0;
        var query = new TaskQuery { Groups = [group], States = [TaskState.CheckedOut], Types = [CommandTask.TypeName] };
        await foreach (var info in TaskViews.ReadInfosAsync(queue, query, PageSize, invocation.Token))
        {
            try
            {
                done += await action(info.Id, invocation.Token) ? 1 : 0;
            }
            catch (TaskNotFoundException)
            {
                // It has ended meanwhile.
            }
        }

        return done;
    }
}
