using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using DurableQueue.Mcp.Calls;
using DurableQueue.Mcp.Views;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_show</c>: everything about one task.</summary>
internal sealed class ShowTool() : QueueTool<ShowTool.Input, TaskDetails>(
    new ToolText(
        "queue_show",
        "Show a task",
        "Shows everything about one task: settings, state and why it does not run, payload and result, errors of its attempts, what it depends on and what depends on it, approvals, costs, and the end of its log.",
        ToolEffect.Reads),
    ToolJson.Default.ShowToolInput,
    ToolJson.Default.TaskDetails)
{
    protected override ValueTask<TaskDetails> RunAsync(Input input, ToolCall call, CancellationToken cancellationToken) =>
        TaskDetails.ReadAsync(call.Host, new TaskId(input.Id), input.MaxCharacters ?? call.Host.Options.DefaultCharacters, cancellationToken);

    internal sealed record Input
    {
        [Description("The task.")]
        public required long Id { get; init; }

        [Description(Descriptions.MaxCharacters)]
        [Range(200, 100_000)]
        public int? MaxCharacters { get; init; }
    }
}
