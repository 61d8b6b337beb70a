using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using DurableQueue.Mcp.Calls;
using DurableQueue.Mcp.Views;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_approvals</c>: what waits for a decision, and what was decided.</summary>
internal sealed class ApprovalsTool() : QueueTool<ApprovalsTool.Input, ApprovalsTool.Result>(
    new ToolText("queue_approvals", "List approvals", "Lists approval requests, oldest first: by default those that wait for a decision.", ToolEffect.Reads),
    ToolJson.Default.ApprovalsToolInput,
    ToolJson.Default.ApprovalsToolResult)
{
    private const int DefaultLimit = 20;

    protected override async ValueTask<Result> RunAsync(Input input, ToolCall call, CancellationToken cancellationToken)
    {
        var query = new ApprovalQuery
        {
            Task = input.TaskId is { } id ? new TaskId(id) : null,
            Status = input.Status is { } status ? (status == "all" ? null : Enum.Parse<ApprovalStatus>(status, ignoreCase: true)) : ApprovalStatus.Pending,
            After = new ApprovalId(input.After ?? 0),
        };
        var limit = input.Limit ?? DefaultLimit;
        var found = new List<ApprovalView>();
        await foreach (var request in call.Queue.Approvals.ReadAsync(query, cancellationToken).ConfigureAwait(false))
        {
            found.Add(await ApprovalView.ReadAsync(call.Queue, request, cancellationToken).ConfigureAwait(false));
            if (found.Count > limit)
            {
                break;
            }
        }

        var shown = Fitting.First([.. found.Take(limit)], input.MaxCharacters ?? call.Host.Options.DefaultCharacters, ToolJson.Default.ApprovalView);
        return new Result { Requests = shown, NextAfter = shown.Count < found.Count ? shown[^1].RequestId : null };
    }

    internal sealed record Input
    {
        [Description("pending, approved, rejected, expired, withdrawn or all. Default pending.")]
        [AllowedValues("pending", "approved", "rejected", "expired", "withdrawn", "all")]
        public string? Status { get; init; }

        [Description("Only requests of this task.")]
        public long? TaskId { get; init; }

        [Description("next_after of the page before.")]
        [Range(0, long.MaxValue / 2)]
        public long? After { get; init; }

        [Description("The most requests. Default 20.")]
        [Range(1, 200)]
        public int? Limit { get; init; }

        [Description(Descriptions.MaxCharacters)]
        [Range(200, 100_000)]
        public int? MaxCharacters { get; init; }
    }

    internal sealed record Result
    {
        public required IReadOnlyList<ApprovalView> Requests { get; init; }

        [Description("Where the next page begins; missing if this is the last one.")]
        public long? NextAfter { get; init; }
    }
}
