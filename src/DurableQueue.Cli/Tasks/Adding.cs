using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>Reports the result of an enqueue.</summary>
internal static class Adding
{
    public static async ValueTask<EnqueueResult> AddAsync(DqInvocation invocation, NewTask task, int? parallel)
    {
        var queue = await invocation.OpenAsync();
        var result = await ToGroupAsync(invocation, task.Group, parallel, async () => await queue.EnqueueOrGetAsync(task, invocation.Token));
        if (result.Created)
        {
            invocation.Output.Remember($"Task {result.Id} was added.");
        }
        else
        {
            invocation.Output.Remember($"Task {result.Id} already has the key.");
            invocation.Output.Say($"Task {result.Id} already has the key '{task.DedupKey}'; nothing was added.");
        }

        return result;
    }

    /// <summary>Adds to a group, which may have to have a limit, and says whether that has created it.</summary>
    public static async Task<T> ToGroupAsync<T>(DqInvocation invocation, string group, int? parallel, Func<Task<T>> add)
    {
        if (parallel is { } limit)
        {
            await NewGroups.RequireLimitAsync(invocation, group, limit);
        }

        var added = await NewGroups.NoteAsync(invocation, new HashSet<string> { group }, add);
        CommandDefaults.SayWhatIsMissing(invocation);
        return added;
    }

    /// <summary>The group and the label of a new task, for a message.</summary>
    public static string Place(NewTask task) => $"group {task.Group}{(task.Label is { } label ? $", label {label}" : "")}";

    /// <summary>Says at once that nothing will take a task, unless that ends by itself: a delay, a dependency, a full group.</summary>
    public static void SayWhyItDoesNotRun(DqInvocation invocation, TaskView task)
    {
        foreach (var (reason, remedy) in task.Reasons.Select(reason => (reason, reason.Remedy(task.Info))).Where(each => each.Item2 is not null))
        {
            invocation.Output.Say($"Task {task.Id} does not run: {reason.ToText(invocation.Time.GetUtcNow())}{(remedy!.Length > 0 ? $"; {remedy}" : "")}.");
        }
    }
}
