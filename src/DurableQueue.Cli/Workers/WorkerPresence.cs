using DurableQueue.Processes;

namespace DurableQueue.Cli.Workers;

/// <summary>Tells whether a worker serves tasks: a live worker may serve other groups or types.</summary>
internal static class WorkerPresence
{
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

    /// <summary>Whether a worker serves one of these tasks that is unfinished; true if all have ended.</summary>
    public static async ValueTask<bool> AreServedAsync(ITaskQueue queue, IReadOnlyList<TaskId> ids, CancellationToken cancellationToken)
    {
        var workers = await queue.Inspector.GetWorkersAsync(cancellationToken);
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
                if (!workers.Any(worker => worker.IsLive))
                {
                    break;
                }
            }
        }

        return isOver;
    }

    /// <summary>Whether the worker that runs the task is alive, or another one serves such tasks.</summary>
    public static bool IsServed(TaskInfo task, IReadOnlyList<WorkerInfo> workers) => workers.Any(worker =>
        worker.Serves(task.Type, task.Group) || (task.State == TaskState.CheckedOut && worker.IsLive && worker.Name == task.Worker));
}
