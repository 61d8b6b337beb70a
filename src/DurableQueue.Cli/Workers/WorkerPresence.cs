using DurableQueue.Processes;

namespace DurableQueue.Cli.Workers;

/// <summary>Whether anybody is there to run commands.</summary>
internal static class WorkerPresence
{
    public static async ValueTask<bool> IsThereAsync(ITaskQueue queue, CancellationToken cancellationToken) =>
        (await queue.Inspector.GetWorkersAsync(cancellationToken)).Any(RunsCommands);

    public static bool RunsCommands(WorkerInfo worker) => worker.IsLive && (worker.Types is null || worker.Types.Contains(CommandTask.TypeName));
}
