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
    public static async ValueTask AnnounceAsync(DqInvocation invocation, string name)
    {
        if (await (await invocation.OpenAsync()).Groups.GetAsync(name, invocation.Token) is null)
        {
            invocation.Output.Say($"The group {name} does not exist yet; a task creates it: {Limit(invocation.Settings.Get(SettingKeys.DefaultParallel))} ('dq group limit {name} N' changes that).");
        }
    }

    private static string Limit(int parallelism) => parallelism == 0 ? "its tasks run without a limit" : $"{parallelism} of its tasks run at once";
}
