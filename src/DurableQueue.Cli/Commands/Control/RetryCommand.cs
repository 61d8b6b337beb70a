using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Workers;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Control;

internal static class RetryCommand
{
    private const int PageSize = 10_000;

    public static Command Create()
    {
        var ids = Values.Ids("The tasks.");
        var allFailed = Values.Flag("--all-failed", "All failed tasks, in every group or in --group.", "-a");
        var group = Values.Group("All failed tasks of this group.");
        var withDependents = Values.Flag("--with-dependents", "Also retry tasks that failed because of them.");
        var copy = Values.Flag("--new", "Add new tasks with the same settings, without key and dependencies, and keep the old ones.");
        var immediate = Values.Flag("--immediate", "Run them next, even if their group is full or paused.", "-i");
        var stash = Values.Flag("--stash", "Stash them, for example to edit them first.", "-s");
        var noStart = WorkerStart.CreateOption();
        var command = new Command("retry", "Run finished tasks again: same id, new attempts.")
            .With(ids, allFailed, group, withDependents, copy, immediate, stash, noStart)
            .WithAction(async invocation =>
            {
                var queue = await invocation.OpenAsync();
                if (invocation.Get(copy) && invocation.Get(withDependents))
                {
                    throw CliException.BadInput("--new creates tasks without dependents and cannot be combined with --with-dependents.");
                }

                invocation.AtMostOne(immediate, stash);
                var start = WorkerStart.Read(invocation, noStart);
                var report = new ActionReport();
                var found = await FindAsync(invocation, queue, invocation.Get(ids) ?? [], invocation.Get(group), invocation.Get(allFailed));
                var queued = new List<TaskId>(found);
                foreach (var id in found)
                {
                    await (invocation.Get(copy)
                        ? report.DoAsync(id, async () =>
                        {
                            queued.Add(await CopyAsync(invocation, queue, id, invocation.Get(stash), invocation.Get(immediate)));
                            return queued[^1];
                        })
                        : report.DoAsync(id, () => RetryAsync(invocation, queue, id, invocation.Get(withDependents), invocation.Get(stash), invocation.Get(immediate))));
                }

                var code = report.Finish(invocation);
                await start.ForAsync(queued);
                return code;
            });
        command.Aliases.Add("restart");
        return command;
    }

    private static async Task<IReadOnlyList<TaskId>> FindAsync(DqInvocation invocation, ITaskQueue queue, TaskId[] ids, string? group, bool allFailed)
    {
        if (ids.Length > 0)
        {
            return group is null && !allFailed ? ids : throw CliException.BadInput("Name the tasks by ids, or with --all-failed, --group or both.");
        }

        if (group is null && !allFailed)
        {
            throw CliException.BadInput("Name the tasks by ids, or with --all-failed, --group or both.");
        }

        if (group is not null)
        {
            await Targets.RequireGroupsAsync(invocation, group);
        }

        // Parents first: only then can tasks that failed because of them come back.
        var query = new TaskQuery { States = [TaskState.Failed], Groups = group is null ? null : [group], Order = TaskOrder.Finished };
        var found = new List<TaskId>();
        await foreach (var info in TaskViews.ReadInfosAsync(queue, query, PageSize, invocation.Token))
        {
            found.Add(info.Id);
        }

        return found;
    }

    private static async Task<string> RetryAsync(DqInvocation invocation, ITaskQueue queue, TaskId id, bool withDependents, bool stash, bool immediate)
    {
        // It may have come back with its parent.
        if (await queue.Inspector.GetAsync(id, invocation.Token) is { State: TaskState.Queued, StartedAt: null, Attempt: 0 } && withDependents)
        {
            return "queued again";
        }

        if (stash)
        {
            await queue.Control.RetryStashedAsync(id, withDependents, invocation.Token);
            return "stashed";
        }

        await queue.Control.RetryAsync(id, withDependents, invocation.Token);
        if (immediate)
        {
            try
            {
                await queue.Control.RunNowAsync(id, invocation.Token);
            }
            catch (TaskStateException e) when (e.State != TaskState.Queued)
            {
                // A worker has already started it.
            }
        }

        return "queued again";
    }

    private static async Task<TaskId> CopyAsync(DqInvocation invocation, ITaskQueue queue, TaskId id, bool stash, bool immediate)
    {
        var info = await queue.Inspector.GetAsync(id, invocation.Token) ?? throw new TaskNotFoundException(id);
        var task = new NewTask(info.Type, await queue.Inspector.GetPayloadAsync(id, invocation.Token))
        {
            Group = info.Group,
            Label = info.Label,
            Priority = info.Priority,
            MaxAttempts = info.MaxAttempts,
            Retry = info.Retry,
            Timeout = info.Timeout,
            LeaseDuration = info.LeaseDuration,
            EstimatedCost = info.EstimatedCost,
            Approval = info.Approval,
            Metadata = info.Metadata,
            Stashed = stash,
            RunNow = immediate,
        };
        return await queue.EnqueueAsync(task, invocation.Token);
    }
}
