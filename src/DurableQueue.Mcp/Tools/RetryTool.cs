using System.ComponentModel;
using DurableQueue.Mcp.Calls;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_retry</c>: runs finished tasks again.</summary>
internal sealed class RetryTool() : QueueTool<RetryTool.Input, ActionResult>(
    new ToolText(
        "queue_retry",
        "Retry tasks",
        "Runs finished tasks again, in place: same ids and settings, attempts and logs from 1 again. A task that failed because of a dependency comes back with that one: retry it with with_dependents.",
        ToolEffect.Changes) { RunsCommands = true },
    ToolJson.Default.RetryToolInput,
    ToolJson.Default.ActionResult)
{
    protected override async ValueTask<ActionResult> RunAsync(Input input, ToolCall call, CancellationToken cancellationToken)
    {
        var result = await ActionResult.DoAsync(call.Host, input.Ids, async id =>
        {
            await call.Control.RetryAsync(id, input.WithDependents ?? false, cancellationToken).ConfigureAwait(false);
            return "queued again";
        }).ConfigureAwait(false);
        return await result.WithWorkerAsync(call.Host, cancellationToken).ConfigureAwait(false);
    }

    internal sealed record Input
    {
        [Description(Descriptions.Ids)]
        [ItemCount(1, 1_000)]
        public required IReadOnlyList<long> Ids { get; init; }

        [Description("Also retry tasks that failed because of them. Default false.")]
        public bool? WithDependents { get; init; }
    }
}
