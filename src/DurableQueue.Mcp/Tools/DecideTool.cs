using System.ComponentModel;
using DurableQueue.Mcp.Calls;
using DurableQueue.Mcp.Views;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_decide</c>: approves or rejects a request.</summary>
internal sealed class DecideTool() : QueueTool<DecideTool.Input, ApprovalView>(
    new ToolText(
        "queue_decide",
        "Decide an approval",
        "Approves or rejects one approval request, for the user and only if the user has said so about this request. The decision is recorded and cannot be taken back.",
        ToolEffect.Destroys) { Decides = true, RunsCommands = true },
    ToolJson.Default.DecideToolInput,
    ToolJson.Default.ApprovalView)
{
    protected override async ValueTask<ApprovalView> RunAsync(Input input, ToolCall call, CancellationToken cancellationToken)
    {
        var by = call.Host.NameOf(call.User) ?? throw new ToolException("A decision is recorded under a name, and this connection has no authenticated user.");
        var (approvals, id) = (call.Queue.Approvals, new ApprovalId(input.RequestId));
        if (input.Approve)
        {
            await approvals.ApproveAsync(id, by, input.Note, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var reason = input.Note ?? throw new ToolException("'note' is required to reject: the reason.");
            await approvals.RejectAsync(id, by, reason, cancellationToken).ConfigureAwait(false);
        }

        var decided = await approvals.GetAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new ApprovalNotFoundException(id);
        await call.Host.OfferWorkerAsync([decided.TaskId], [], cancellationToken).ConfigureAwait(false);
        return await ApprovalView.ReadAsync(call.Queue, decided, cancellationToken).ConfigureAwait(false);
    }

    internal sealed record Input
    {
        [Description("The request_id from queue_approvals.")]
        public required long RequestId { get; init; }

        [Description("true approves, false rejects.")]
        public required bool Approve { get; init; }

        [Description("A note to the decision; the reason, if it is rejected.")]
        public string? Note { get; init; }
    }
}
