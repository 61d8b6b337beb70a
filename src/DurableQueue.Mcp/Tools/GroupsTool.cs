using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using DurableQueue.Mcp.Calls;
using DurableQueue.Mcp.Views;

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
        GroupView[] left =
        [
            .. groups.OrderBy(group => group.Name, StringComparer.Ordinal)
                .SkipWhile(group => input.After is { } after && string.CompareOrdinal(group.Name, after) <= 0).Select(GroupView.Of),
        ];
        var shown = Fitting.First(left, input.MaxCharacters ?? call.Host.Options.DefaultCharacters, ToolJson.Default.GroupView);
        return new Result
        {
            Groups = shown,
            NextAfter = shown.Count < left.Length ? shown[^1].Name : null,
            LiveWorkers = workers,
            Note = workers == 0 ? $"No worker is running: nothing will run. {call.Host.WorkerAdvice}" : null,
        };
    }

    internal sealed record Input
    {
        [Description("next_after of the page before.")]
        public string? After { get; init; }

        [Description(Descriptions.MaxCharacters)]
        [Range(200, 100_000)]
        public int? MaxCharacters { get; init; }
    }

    internal sealed record Result
    {
        [Description("The groups by name, as many as fit.")]
        public required IReadOnlyList<GroupView> Groups { get; init; }

        [Description("Where the next page begins; missing if this is the last one.")]
        public string? NextAfter { get; init; }

        public required int LiveWorkers { get; init; }

        public string? Note { get; init; }
    }
}
