using DurableQueue.Processes;

namespace DurableQueue.Cli.Workers;

/// <summary>Tells whether a worker of these groups has anything to do: now, or as soon as time has passed.</summary>
/// <param name="queue">The queue.</param>
/// <param name="groups">The groups that the worker takes from; <see langword="null"/> means all.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkerNeed(ITaskQueue queue, IReadOnlyList<string>? groups, TimeProvider time)
{
    /// <summary>What is not listed needs no help of anybody: a new command of that kind starts a worker, so a worker must not end while there is one.</summary>
    private const string MayRun = "status=queued and status not in (dependencies, stashed, approval, group-paused)";

    public async ValueTask<bool> ExistsAsync(CancellationToken cancellationToken) =>
        await AnyAsync(new TaskQuery { States = [TaskState.CheckedOut] }, cancellationToken)
        || await AnyAsync(new TaskQuery { Filter = TaskFilter.Parse(MayRun, time) }, cancellationToken)
        || (await queue.Schedules.ListAsync(cancellationToken)).Any(schedule => schedule is { Paused: false, Ended: false });

    private async ValueTask<bool> AnyAsync(TaskQuery query, CancellationToken cancellationToken) =>
        (await queue.Inspector.QueryAsync(query with { Types = [CommandTask.TypeName], Groups = groups, Limit = 1 }, cancellationToken)).Tasks.Count > 0;
}
