using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>The tasks that a command acts on: ids, or all unfinished tasks of some groups or of all groups.</summary>
internal sealed class Targets
{
    private const int PageSize = 10_000;

    public Argument<TaskId[]> Ids { get; } = Values.Ids("The tasks.");

    public Option<string[]> Groups { get; } = Values.Groups("All unfinished tasks of this group. Repeatable.");

    public Option<bool> All { get; } = Values.Flag("--all", "All unfinished tasks.", "-a");

    public IReadOnlyList<Symbol> Symbols => [Ids, Groups, All];

    /// <summary>Requires exactly one of the three.</summary>
    /// <exception cref="CliException">None or several are given.</exception>
    public void Check(DqInvocation invocation)
    {
        var ways = (invocation.Get(Ids) is { Length: > 0 } ? 1 : 0) + (invocation.Get(Groups) is { Length: > 0 } ? 1 : 0) + (invocation.Get(All) ? 1 : 0);
        if (ways != 1)
        {
            throw CliException.BadInput("Name the tasks by ids, --group or --all.");
        }
    }

    public bool AreIds(DqInvocation invocation) => invocation.Get(Ids) is { Length: > 0 };

    /// <summary>Returns the given ids or, for groups, the unfinished tasks in one of the states, in the order they were enqueued.</summary>
    /// <exception cref="GroupNotFoundException">There is no such group.</exception>
    public async ValueTask<IReadOnlyList<TaskId>> FindAsync(DqInvocation invocation, params IReadOnlyList<TaskState> states)
    {
        Check(invocation);
        if (invocation.Get(Ids) is { Length: > 0 } ids)
        {
            return ids;
        }

        var queue = await invocation.OpenAsync();
        var groups = await FindGroupsAsync(invocation);
        var query = new TaskQuery { States = states, Groups = invocation.Get(All) ? null : groups };
        var found = new List<TaskId>();
        await foreach (var info in TaskViews.ReadInfosAsync(queue, query, PageSize, invocation.Token))
        {
            found.Add(info.Id);
        }

        return found;
    }

    /// <summary>Returns the groups that were named, or all groups.</summary>
    /// <exception cref="GroupNotFoundException">There is no such group.</exception>
    public async ValueTask<IReadOnlyList<string>> FindGroupsAsync(DqInvocation invocation)
    {
        var queue = await invocation.OpenAsync();
        if (invocation.Get(All))
        {
            return [.. (await queue.Groups.ListAsync(invocation.Token)).Select(group => group.Name)];
        }

        var names = invocation.Get(Groups) ?? [];
        await RequireGroupsAsync(invocation, names);
        return names;
    }

    /// <exception cref="GroupNotFoundException">One of the groups does not exist.</exception>
    public static async ValueTask RequireGroupsAsync(DqInvocation invocation, params IReadOnlyList<string> names)
    {
        var queue = await invocation.OpenAsync();
        foreach (var name in names)
        {
            _ = await queue.Groups.GetAsync(name, invocation.Token) ?? throw new GroupNotFoundException(name);
        }
    }
}
