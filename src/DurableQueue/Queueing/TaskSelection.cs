using System.Runtime.CompilerServices;

namespace DurableQueue.Queueing;

/// <summary>The tasks that a wait is for, other than by id: those with one of the labels, in one of the groups, or all.</summary>
/// <param name="Labels">Each a whole label.</param>
/// <param name="Prefixes">Each the beginning of labels.</param>
/// <param name="Groups">Names of groups.</param>
internal sealed record TaskSelection(IReadOnlyList<string> Labels, IReadOnlyList<string> Prefixes, IReadOnlyList<string> Groups)
{
    private const int PageSize = 10_000;

    private static readonly TaskState[] Unfinished = [TaskState.Queued, TaskState.CheckedOut];
    private static readonly TaskState[] Finished = [TaskState.Done, TaskState.Failed, TaskState.Cancelled];

    /// <summary>The task that waits, which ends after the wait: it is not waited for.</summary>
    public TaskId? Own { get; init; }

    public bool IsAll => Labels.Count + Prefixes.Count + Groups.Count == 0;

    public bool Matches(string group, string? label) =>
        (Groups.Count == 0 || Groups.Contains(group))
        && (Labels.Count + Prefixes.Count == 0
            || (label is not null && (Labels.Contains(label) || Prefixes.Any(prefix => label.StartsWith(prefix, StringComparison.Ordinal)))));

    public async Task<Dictionary<TaskId, TaskInfo>> ReadUnfinishedAsync(ITaskQueue queue, CancellationToken cancellationToken)
    {
        var found = new Dictionary<TaskId, TaskInfo>();
        foreach (var query in Queries(Unfinished))
        {
            await foreach (var task in ReadAsync(queue.Inspector, query, cancellationToken).ConfigureAwait(false))
            {
                if (task.Id != Own)
                {
                    found[task.Id] = task;
                }
            }
        }

        return found;
    }

    /// <param name="queue">The queue.</param>
    /// <param name="since">Those that ended at this moment or later; <see langword="null"/>: all that are still on record.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    private async Task<Dictionary<TaskId, TaskInfo>> ReadFinishedAsync(ITaskQueue queue, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var found = new Dictionary<TaskId, TaskInfo>();
        foreach (var query in Queries(Finished))
        {
            await foreach (var task in ReadAsync(queue.Inspector, query with { Order = TaskOrder.FinishedDescending }, cancellationToken).ConfigureAwait(false))
            {
                if (since is { } time && task.FinishedAt < time)
                {
                    break;
                }

                found[task.Id] = task;
            }
        }

        return found;
    }

    /// <summary>
    /// What a wait covers at its start: what is unfinished, and what ended since the oldest of it was added, for that is the same batch. If nothing is unfinished, all of it
    /// that is on record.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="allTime">Whether it covers all on record, whenever it ended.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public async Task<Dictionary<TaskId, TaskInfo>> ReadCoveredAsync(ITaskQueue queue, bool allTime, CancellationToken cancellationToken)
    {
        var covered = await ReadUnfinishedAsync(queue, cancellationToken).ConfigureAwait(false);
        DateTimeOffset? since = allTime || covered.Count == 0 ? null : covered.Values.Min(task => task.EnqueuedAt);
        foreach (var (id, task) in await ReadFinishedAsync(queue, since, cancellationToken).ConfigureAwait(false))
        {
            covered.TryAdd(id, task);
        }

        return covered;
    }

    public override string ToString()
    {
        var labels = Labels.Select(label => $"the label '{label}'").Concat(Prefixes.Select(prefix => $"a label that begins with '{prefix}'")).ToList();
        var groups = Groups.Select(group => $"the group '{group}'");
        return string.Join(" in ", new[] { string.Join(" or ", labels), string.Join(" or ", groups) }.Where(part => part.Length > 0));
    }

    private static async IAsyncEnumerable<TaskInfo> ReadAsync(ITaskInspector inspector, TaskQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        query = query with { Limit = PageSize };
        for (TaskPage? page = await inspector.QueryAsync(query, cancellationToken).ConfigureAwait(false); page is not null;)
        {
            foreach (var task in page.Tasks)
            {
                yield return task;
            }

            page = page.Next is { } next ? await inspector.QueryAsync(query with { Cursor = next }, cancellationToken).ConfigureAwait(false) : null;
        }
    }

    private IEnumerable<TaskQuery> Queries(TaskState[] states)
    {
        var query = new TaskQuery { States = states, Groups = Groups.Count > 0 ? Groups : null };
        return Labels.Count + Prefixes.Count == 0
            ? [query]
            : Labels.Select(label => query with { Label = label }).Concat(Prefixes.Select(prefix => query with { LabelPrefix = prefix }));
    }
}
