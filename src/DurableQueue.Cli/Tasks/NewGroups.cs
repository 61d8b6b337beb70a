using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>Notes about groups that tasks create: a mistyped name would otherwise go unnoticed, and the limit may not be what is wanted.</summary>
internal static class NewGroups
{
    /// <summary>Adds tasks, and says which groups that has created and with which limit.</summary>
    public static async Task<T> NoteAsync<T>(DqInvocation invocation, IReadOnlySet<string> names, Func<Task<T>> add)
    {
        // Nothing is added while the settings are not valid.
        invocation.RequireSettings();
        var queue = await invocation.OpenAsync();
        var missing = new List<string>();
        foreach (var name in names)
        {
            if (await queue.Groups.GetAsync(name, invocation.Token) is null)
            {
                missing.Add(name);
            }
        }

        var added = await add();
        await SayAsync(invocation, missing);
        return added;
    }

    /// <summary>Says that groups were created, and with which limit.</summary>
    public static async ValueTask SayAsync(DqInvocation invocation, IReadOnlyList<string> names)
    {
        var queue = await invocation.OpenAsync();
        foreach (var name in names)
        {
            // Read again: a group that was removed comes back with its former settings.
            if (await queue.Groups.GetAsync(name, invocation.Token) is { } group)
            {
                invocation.Output.Say($"The group {name} is new: {Limit(group.Parallelism)} ('dq group limit {name} N' changes that).");
            }
        }
    }

    /// <summary>Says that a group will be created later.</summary>
    /// <param name="invocation">The queue.</param>
    /// <param name="name">The group.</param>
    /// <param name="parallel">The limit that it must have; <see langword="null"/> for that of the settings.</param>
    /// <exception cref="CliException">The group exists with another limit.</exception>
    public static async ValueTask AnnounceAsync(DqInvocation invocation, string name, int? parallel = null)
    {
        if (await (await invocation.OpenAsync()).Groups.GetAsync(name, invocation.Token) is { } group)
        {
            RequireLimit(group, parallel ?? group.Parallelism);
        }
        else
        {
            invocation.Output.Say($"The group {name} does not exist yet; a task creates it: {Limit(parallel ?? invocation.NewGroups.Of(name))} ('dq group limit {name} N' changes that).");
        }
    }

    /// <summary>Creates a group with this limit, unless it exists with it.</summary>
    /// <returns>Whether it was created.</returns>
    /// <exception cref="CliException">It exists with another one.</exception>
    public static async ValueTask<bool> RequireLimitAsync(DqInvocation invocation, string name, int parallelism)
    {
        var queue = await invocation.OpenAsync();
        while (true)
        {
            if (await queue.Groups.CreateAsync(name, parallelism, invocation.Token))
            {
                await SayAsync(invocation, [name]);
                return true;
            }

            // It may have been removed since.
            if (await queue.Groups.GetAsync(name, invocation.Token) is { } group)
            {
                RequireLimit(group, parallelism);
                return false;
            }
        }
    }

    /// <summary>The groups that exist with another limit than the settings give them, in full sentences: it is never changed silently.</summary>
    public static async Task<IReadOnlyList<string>> FindOtherLimitsAsync(DqInvocation invocation)
    {
        var given = invocation.NewGroups.ByName;
        return given.Count == 0 ? [] : [.. (await (await invocation.OpenAsync()).Groups.ListAsync(invocation.Token))
            .Where(group => given.TryGetValue(group.Name, out var limit) && limit != group.Parallelism)
            .Select(group => $"The group {group.Name} has {LimitOf(group.Parallelism)}, and {LimitOf(given[group.Name])} in the settings. "
                + $"'dq group limit {group.Name} {given[group.Name]}' sets it.")];
    }

    /// <exception cref="CliException">The group has another limit.</exception>
    public static void RequireLimit(GroupInfo group, int parallelism)
    {
        if (group.Parallelism != parallelism)
        {
            throw CliException.WrongState(
                $"The group {group.Name} exists and has {LimitOf(group.Parallelism)}; nothing was added. To change it: dq group limit {group.Name} {parallelism}");
        }
    }

    private static string LimitOf(int parallelism) => parallelism == 0 ? "no limit" : $"the limit {parallelism}";

    private static string Limit(int parallelism) => parallelism == 0 ? "its tasks run without a limit" : $"{parallelism} of its tasks run at once";
}
