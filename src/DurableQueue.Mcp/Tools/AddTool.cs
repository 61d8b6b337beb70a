using System.ComponentModel;
using DurableQueue.Mcp.Calls;
using DurableQueue.Mcp.Views;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_add</c>: adds tasks, all or none.</summary>
internal sealed class AddTool() : QueueTool<AddTool.Input, AddTool.Result>(
    new ToolText(
        "queue_add",
        "Add tasks",
        """
        Adds one or many tasks, all or none; returns at once with their ids while they run in the background. A task is a command: a line for the shell ('command'), or a program and its
        arguments without a shell ('arguments'); or it has the 'type' and 'payload' of a handler of an application. With 'key' nothing is added while an unfinished task has the same key.
        Then use queue_wait, queue_log and queue_notifications.
        """,
        ToolEffect.Changes) { RunsCommands = true },
    ToolJson.Default.AddToolInput,
    ToolJson.Default.AddToolResult)
{
    protected override async ValueTask<Result> RunAsync(Input input, ToolCall call, CancellationToken cancellationToken)
    {
        NewTask[] tasks = [.. input.Tasks.Select((task, index) => task.Read(call.Host, $"tasks[{index}]"))];
        var groups = (await call.Queue.Groups.ListAsync(cancellationToken).ConfigureAwait(false)).Select(group => group.Name).ToHashSet(StringComparer.Ordinal);
        var (ids, existing) = await EnqueueAsync(call.Queue, tasks, cancellationToken).ConfigureAwait(false);
        var offer = await call.Host.OfferWorkerAsync(ids, [], cancellationToken).ConfigureAwait(false);
        var infos = await ReadAsync(call.Queue, ids, cancellationToken).ConfigureAwait(false);
        var summaries = await TaskSummaries.ReadAsync(call.Host, infos, cancellationToken).ConfigureAwait(false);
        var shown = Fitting.First(summaries, call.Host.Options.DefaultCharacters, ToolJson.Default.TaskSummary);
        var created = await DescribeNewGroupsAsync(call.Queue, tasks.Select(task => task.Group).Distinct().Where(name => !groups.Contains(name)), cancellationToken).ConfigureAwait(false);
        string[] notes = [.. created, .. offer is null ? Array.Empty<string>() : [offer]];
        return new Result
        {
            Ids = [.. ids.Select(id => id.Value)],
            Existing = existing.Count == 0 ? null : [.. existing.Select(id => id.Value)],
            Tasks = shown,
            Notes = notes.Length == 0 ? null : notes,
        };
    }

    private static async ValueTask<(IReadOnlyList<TaskId> Ids, IReadOnlyList<TaskId> Existing)> EnqueueAsync(ITaskQueue queue, NewTask[] tasks, CancellationToken cancellationToken)
    {
        if (tasks is [var only])
        {
            var (id, created) = await queue.EnqueueOrGetAsync(only, cancellationToken).ConfigureAwait(false);
            return ([id], created ? [] : [id]);
        }

        // Ids rise: a task that was there before has a lower one than all that were added here.
        var newest = (await queue.Inspector.QueryAsync(new TaskQuery { Order = TaskOrder.EnqueuedDescending, Limit = 1 }, cancellationToken).ConfigureAwait(false)).Tasks;
        var ids = await queue.EnqueueAsync(tasks, cancellationToken).ConfigureAwait(false);
        var before = newest.Count == 0 ? default : newest[0].Id;
        var added = new HashSet<TaskId>();
        return (ids, [.. ids.Where(id => id <= before || !added.Add(id)).Distinct()]);
    }

    private static async ValueTask<IReadOnlyList<TaskInfo>> ReadAsync(ITaskQueue queue, IReadOnlyList<TaskId> ids, CancellationToken cancellationToken) =>
        (await queue.Inspector.QueryAsync(new TaskQuery { Ids = ids, Limit = ids.Count }, cancellationToken).ConfigureAwait(false)).Tasks;

    private static async ValueTask<List<string>> DescribeNewGroupsAsync(ITaskQueue queue, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        foreach (var name in names)
        {
            if (await queue.Groups.GetAsync(name, cancellationToken).ConfigureAwait(false) is { } group)
            {
                notes.Add($"The group {name} is new: {(group.Parallelism == 0 ? "its tasks run without a limit" : $"{group.Parallelism} of its tasks run at once")}. queue_set_group changes that.");
            }
        }

        return notes;
    }

    internal sealed record Input
    {
        [Description("The tasks. They can depend on tasks that exist; for tasks that depend on each other use queue_add_graph.")]
        [ItemCount(1, 1_000)]
        public required IReadOnlyList<NewTaskInput> Tasks { get; init; }
    }

    internal sealed record Result
    {
        [Description("The ids, in the order of the call.")]
        public required IReadOnlyList<long> Ids { get; init; }

        [Description("Those of them that were there before, or are earlier in the call, with the same key: nothing more was added for it.")]
        public IReadOnlyList<long>? Existing { get; init; }

        [Description("The tasks, as many as fit; queue_list shows the others.")]
        public required IReadOnlyList<TaskSummary> Tasks { get; init; }

        [Description("What you should know: new groups, a worker that was started.")]
        public IReadOnlyList<string>? Notes { get; init; }
    }
}
