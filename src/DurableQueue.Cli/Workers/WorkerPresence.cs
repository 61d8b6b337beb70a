using DurableQueue.Processes;

namespace DurableQueue.Cli.Workers;

/// <summary>Tells whether a worker serves tasks: a live worker may serve other groups or types.</summary>
internal static class WorkerPresence
{
    private const int MostLabelled = 1_000;

    /// <summary>A worker that is being started or restarted has registered within this time.</summary>
    public static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether a worker runs commands, in any group.</summary>
    public static async ValueTask<bool> IsThereAsync(ITaskQueue queue, CancellationToken cancellationToken) =>
        (await queue.Inspector.GetWorkersAsync(cancellationToken)).Any(RunsCommands);

    /// <summary>Whether a worker runs the commands of this group.</summary>
    public static async ValueTask<bool> IsThereAsync(ITaskQueue queue, string group, CancellationToken cancellationToken) =>
        (await queue.Inspector.GetWorkersAsync(cancellationToken)).Any(worker => worker.Serves(CommandTask.TypeName, group));

    /// <summary>The same, and if there is none, whether one has registered within a short time: it may have been started just before.</summary>
    public static async ValueTask<bool> ComesAsync(ITaskQueue queue, string group, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (!await IsThereAsync(queue, group, cancellationToken))
        {
            if (time.GetElapsedTime(started) >= StartsWithin)
            {
                return false;
            }

            await Task.Delay(ProbePeriod, time, cancellationToken);
        }

        return true;
    }

    public static bool RunsCommands(WorkerInfo worker) => worker.IsLive && worker.Types?.Contains(CommandTask.TypeName) != false;

    /// <summary>Whether a worker serves one of these unfinished tasks; true if there are none.</summary>
    public static async ValueTask<bool> AreServedAsync(ITaskQueue queue, AwaitedTasks awaited, CancellationToken cancellationToken)
    {
        var workers = await queue.Inspector.GetWorkersAsync(cancellationToken);
        if (awaited.Label is null && awaited.LabelPrefix is null && awaited.Ids is null)
        {
            var groups = await UnfinishedGroupsAsync(queue, awaited.Group, cancellationToken);
            return groups.Count == 0 || groups.Exists(group => workers.Any(worker => worker.IsLive && worker.Groups?.Contains(group) != false));
        }

        if (awaited.Ids is { } ids)
        {
            return await IsOneServedAsync(queue, ids, workers, cancellationToken);
        }

        var query = new TaskQuery
        {
            Label = awaited.Label,
            LabelPrefix = awaited.LabelPrefix,
            States = [TaskState.Queued, TaskState.CheckedOut],
            Limit = MostLabelled,
        };
        var tasks = (await queue.Inspector.QueryAsync(query, cancellationToken)).Tasks;
        return tasks.Count == 0 || tasks.Any(task => IsServed(task, workers));
    }

    /// <summary>Whether the worker that runs the task is alive, or another one serves such tasks.</summary>
    public static bool IsServed(TaskInfo task, IReadOnlyList<WorkerInfo> workers) => workers.Any(worker =>
        worker.Serves(task.Type, task.Group) || (task.State == TaskState.CheckedOut && worker.IsLive && worker.Name == task.Worker));

    private static async Task<List<string>> UnfinishedGroupsAsync(ITaskQueue queue, string? group, CancellationToken cancellationToken) =>
        [.. (await queue.Inspector.CountAsync(cancellationToken)).Groups
            .Where(each => each.Value.Queued + each.Value.CheckedOut > 0 && (group is null || each.Key == group))
            .Select(each => each.Key)];

    private static async Task<bool> IsOneServedAsync(
        ITaskQueue queue, IReadOnlyList<TaskId> ids, IReadOnlyList<WorkerInfo> workers, CancellationToken cancellationToken)
    {
        var isOver = true;
        foreach (var id in ids)
        {
            if (await queue.Inspector.GetAsync(id, cancellationToken) is { IsFinished: false } task)
            {
                if (IsServed(task, workers))
                {
                    return true;
                }

                isOver = false;
            }
        }

        return isOver;
    }
}
