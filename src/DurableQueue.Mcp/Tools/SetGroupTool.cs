using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using DurableQueue.Mcp.Calls;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_set_group</c>: creates a group or changes its settings.</summary>
internal sealed class SetGroupTool() : QueueTool<SetGroupTool.Input, GroupView>(
    new ToolText(
        "queue_set_group",
        "Set up a group",
        "Creates a group or changes its settings: how many of its tasks run at once, and whether it is paused when a task fails. Use a group of your own to run many tasks a few at a time.",
        ToolEffect.Changes) { Idempotent = true },
    ToolJson.Default.SetGroupToolInput,
    ToolJson.Default.GroupView)
{
    protected override async ValueTask<GroupView> RunAsync(Input input, ToolCall call, CancellationToken cancellationToken)
    {
        var groups = call.Groups;
        await groups.EnsureAsync(input.Group, input.Limit, cancellationToken).ConfigureAwait(false);
        if (input.Limit is { } limit)
        {
            await groups.SetParallelismAsync(input.Group, limit, cancellationToken).ConfigureAwait(false);
        }

        if (input.PauseOnFailure is { } pause)
        {
            await groups.SetPauseOnFailureAsync(input.Group, pause, cancellationToken).ConfigureAwait(false);
        }

        return GroupView.Of(await groups.GetAsync(input.Group, cancellationToken).ConfigureAwait(false) ?? throw new GroupNotFoundException(input.Group));
    }

    internal sealed record Input
    {
        [Description("The group; letters, digits and . _ : / -.")]
        public required string Group { get; init; }

        [Description("How many of its tasks run at once; 0 means no limit. Default: unchanged; no limit for a new group.")]
        [Range(0, int.MaxValue)]
        public int? Limit { get; init; }

        [Description("Whether the group is paused when one of its tasks fails for good. Default: unchanged.")]
        public bool? PauseOnFailure { get; init; }
    }
}
