using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Workers;

/// <summary>Tasks that no live worker takes, because of their group or their type.</summary>
internal static class ServiceGaps
{
    /// <summary>How many ready tasks of unserved types are counted in each group.</summary>
    private const int MostCounted = 1_000;

    /// <returns>One full sentence for each gap.</returns>
    public static async Task<IReadOnlyList<string>> FindAsync(DqInvocation invocation, IReadOnlyList<WorkerInfo> workers, TaskCounts counts)
    {
        var live = workers.Where(worker => worker.IsLive).ToList();
        if (live.Count == 0)
        {
            return ["No worker is running for this queue."];
        }

        var gaps = new List<string>();
        foreach (var (group, tasks) in counts.Groups.Where(each => each.Value.Queued + each.Value.CheckedOut > 0).OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            var serving = live.Where(worker => worker.Groups?.Contains(group) != false).ToList();
            if (serving.Count == 0)
            {
                gaps.Add($"No worker serves the group {group}; {tasks.Queued + tasks.CheckedOut} of its tasks have not ended.");
            }
            else if (serving.TrueForAll(worker => worker.Types is not null))
            {
                gaps.AddRange(await FindTypesAsync(invocation, group, [.. serving.SelectMany(worker => worker.Types!).Distinct(StringComparer.Ordinal)]));
            }
        }

        if (gaps.Count == 0 && !live.Exists(WorkerPresence.RunsCommands))
        {
            gaps.Add("No worker for commands is running; the running workers take other types.");
        }

        return gaps;
    }

    private static async Task<IEnumerable<string>> FindTypesAsync(DqInvocation invocation, string group, IReadOnlyList<string> served)
    {
        var others = TaskFilter.Parse($"status=ready and not type in ({string.Join(", ", served.Select(type => $"'{type}'"))})", invocation.Time);
        var queue = await invocation.OpenAsync();
        var page = await queue.Inspector.QueryAsync(new TaskQuery { Groups = [group], Filter = others, Limit = MostCounted }, invocation.Token);
        return page.Tasks.GroupBy(task => task.Type, StringComparer.Ordinal).OrderBy(type => type.Key, StringComparer.Ordinal).Select(type =>
            $"No worker of the group {group} takes tasks of the type {type.Key}; {(page.Next is null ? "" : "at least ")}{type.Count()} of them are ready.");
    }
}
