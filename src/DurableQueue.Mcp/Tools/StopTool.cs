using System.ComponentModel;
using DurableQueue.Mcp.Calls;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_stop</c>: cancels queued tasks and stops running ones.</summary>
internal sealed class StopTool() : QueueTool<StopTool.Input, ActionResult>(
    new ToolText(
        "queue_stop",
        "Stop tasks",
        "Cancels queued tasks and stops running ones; a command gets SIGTERM, and SIGKILL after its grace period, with all processes that it started. Tasks that depend on them fail. Stopped tasks can be retried from their beginning.",
        ToolEffect.Destroys) { Idempotent = true },
    ToolJson.Default.StopToolInput,
    ToolJson.Default.ActionResult)
{
    protected override ValueTask<ActionResult> RunAsync(Input input, ToolCall call, CancellationToken cancellationToken) =>
        ActionResult.DoAsync(call.Host, input.Ids, id => call.Host.StopAsync(call.Control, id, input.Reason ?? "stopped by an agent", cancellationToken));

    internal sealed record Input
    {
        [Description(Descriptions.Ids)]
        [ItemCount(1, 1_000)]
        public required IReadOnlyList<long> Ids { get; init; }

        [Description("The reason; shown with the tasks.")]
        public string? Reason { get; init; }
    }
}
