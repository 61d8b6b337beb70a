using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>The tasks that a wait is for, other than by id: those with one of the labels, in one of the groups, or all.</summary>
/// <param name="Labels">Each a whole label.</param>
/// <param name="Prefixes">Each the beginning of labels.</param>
/// <param name="Groups">Names of groups.</param>
internal sealed record TaskSelection(IReadOnlyList<string> Labels, IReadOnlyList<string> Prefixes, IReadOnlyList<string> Groups)
{
    private const int PageSize = 10_000;

    private static readonly TaskState[] Unfinished = [TaskState.Queued, TaskState.CheckedOut];
    private static readonly TaskState[] Finished = [TaskState.Done, TaskState.Failed, TaskState.Cancelled];

    /// <summary>The task that dq runs in, which ends after the wait: it is not waited for.</summary>
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
            await foreach (var task in TaskViews.ReadInfosAsync(queue, query, PageSize, cancellationToken))
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
    public async Task<Dictionary<TaskId, TaskInfo>> ReadFinishedAsync(ITaskQueue queue, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var found = new Dictionary<TaskId, TaskInfo>();
        foreach (var query in Queries(Finished))
        {
            await foreach (var task in TaskViews.ReadInfosAsync(queue, query with { Order = TaskOrder.FinishedDescending }, PageSize, cancellationToken))
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

    public override string ToString()
    {
        var labels = Labels.Select(label => $"the label '{label}'").Concat(Prefixes.Select(prefix => $"a label that begins with '{prefix}'")).ToList();
        var groups = Groups.Select(group => $"the group '{group}'");
        return string.Join(" in ", new[] { string.Join(" or ", labels), string.Join(" or ", groups) }.Where(part => part.Length > 0));
    }

    private IEnumerable<TaskQuery> Queries(TaskState[] states)
    {
        var query = new TaskQuery { States = states, Groups = Groups.Count > 0 ? Groups : null };
        return Labels.Count + Prefixes.Count == 0
            ? [query]
            : Labels.Select(label => query with { Label = label }).Concat(Prefixes.Select(prefix => query with { LabelPrefix = prefix }));
    }
}
