using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>One wait for selected tasks: reads the record of finishes after each signal, and says when it is over.</summary>
/// <remarks>Each probe begins with how far the record goes, so that what happens between its reads is seen by the next probe.</remarks>
internal sealed class TaskWait(ITaskReader reader, TaskSelector selector, bool failFast)
{
    private readonly HashSet<TaskId> pending = [];
    private TaskId[] awaited = [];
    private long startSequence;
    private long nextSequence;
    private long removals;
    private bool sawFailure;

    /// <summary>The first probe. Throws if an id is unknown.</summary>
    /// <returns>True if the wait is over.</returns>
    public async ValueTask<bool> StartAsync(CancellationToken cancellationToken)
    {
        var horizon = await reader.ReadHorizonAsync(cancellationToken).ConfigureAwait(false);
        startSequence = horizon.Sequence;
        nextSequence = horizon.Sequence + 1;
        removals = horizon.Removals;
        if (selector.Ids is null)
        {
            return !await reader.AnyUnfinishedAsync(selector, cancellationToken).ConfigureAwait(false);
        }

        awaited = [.. selector.Ids.Distinct()];
        var known = new HashSet<TaskId>();
        foreach (var task in await ReadAwaitedAsync(cancellationToken).ConfigureAwait(false))
        {
            known.Add(task.Id);
            if (task.IsFinished)
            {
                sawFailure |= task.State != TaskState.Done;
            }
            else
            {
                pending.Add(task.Id);
            }
        }

        if (known.Count < awaited.Length)
        {
            throw new TaskNotFoundException(Array.Find(awaited, id => !known.Contains(id)));
        }

        return await IsOverAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A probe after a signal.</summary>
    /// <returns>True if the wait is over.</returns>
    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        FinishPage page;
        do
        {
            page = await reader.ReadFinishedAsync(nextSequence, cancellationToken).ConfigureAwait(false);
            foreach (var finish in page.Tasks)
            {
                nextSequence = finish.Sequence + 1;
                var ours = selector.Ids is null ? selector.Matches(finish.Group, finish.Label) : pending.Remove(finish.Id);
                sawFailure |= ours && finish.State != TaskState.Done;
            }
        }
        while (page.MayBeMore);

        if (page.Horizon.Removals != removals)
        {
            // Rows are gone, perhaps some of ours, finished or not: only a read of each tells.
            removals = page.Horizon.Removals;
            await ForgetRemovedAsync(cancellationToken).ConfigureAwait(false);
        }

        return await IsOverAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<WaitSummary> SummariseAsync(Func<TimeSpan> elapsed, bool timedOut, CancellationToken cancellationToken)
    {
        var tasks = await ReadAwaitedAsync(cancellationToken).ConfigureAwait(false);
        var gone = selector.Ids is null ? 0 : awaited.Length - tasks.Count;
        return WaitSummary.Of(tasks, gone, elapsed(), timedOut);
    }

    private async ValueTask<bool> IsOverAsync(CancellationToken cancellationToken) =>
        (failFast && sawFailure)
        || (selector.Ids is null ? !await reader.AnyUnfinishedAsync(selector, cancellationToken).ConfigureAwait(false) : pending.Count == 0);

    private async ValueTask ForgetRemovedAsync(CancellationToken cancellationToken)
    {
        if (pending.Count == 0)
        {
            return;
        }

        var left = await reader.ReadSelectedAsync(TaskSelector.ByIds([.. pending]), startSequence, cancellationToken).ConfigureAwait(false);
        pending.IntersectWith(left.Select(task => task.Id));
    }

    /// <summary>By id: these. Else: what is unfinished, and what finished since the start.</summary>
    private ValueTask<IReadOnlyList<TaskInfo>> ReadAwaitedAsync(CancellationToken cancellationToken) =>
        reader.ReadSelectedAsync(selector.Ids is null ? selector : TaskSelector.ByIds(awaited), startSequence, cancellationToken);
}
