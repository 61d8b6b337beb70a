using System.ComponentModel;
using DurableQueue.Mcp.Calls;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_groups</c>: the groups, and whether somebody works.</summary>
internal sealed class GroupsTool() : QueueTool<GroupsTool.Input, GroupsTool.Result>(
    new ToolText(
        "queue_groups",
        "Show groups and workers",
        "Shows the groups with their limits and how many tasks are in which state, and how many workers are running. Begin here to see how the queue is.",
        ToolEffect.Reads),
    ToolJson.Default.GroupsToolInput,
    ToolJson.Default.GroupsToolResult)
{
    protected override async ValueTask<Result> RunAsync(Input input, ToolCall call, CancellationToken cancellationToken)
    {
        var groups = await call.Queue.Groups.ListAsync(cancellationToken).ConfigureAwait(false);
        var workers = (await call.Queue.Inspector.GetWorkersAsync(cancellationToken).ConfigureAwait(false)).Count(worker => worker.IsLive);
        return new Result
        {
            Groups = [.. groups.Select(GroupView.Of)],
            LiveWorkers = workers,
            Note = workers == 0 ? $"No worker is running: nothing will run. {call.Host.WorkerAdvice}" : null,
        };
    }

    internal sealed record Input;

    internal sealed record Result
    {
        public required IReadOnlyList<GroupView> Groups { get; init; }

        public required int LiveWorkers { get; init; }

        public string? Note { get; init; }
    }
}
