using System.ComponentModel;
using System.Text;
using DurableQueue.Processes;

namespace DurableQueue.Mcp.Views;

/// <summary>An approval request. For a command it shows the command, and not the payload, which contains the environment.</summary>
internal sealed record ApprovalView
{
    private const int LongestText = 500;

    public required long RequestId { get; init; }

    public required long TaskId { get; init; }

    public required string Group { get; init; }

    public string? Label { get; init; }

    [Description("What needs the approval.")]
    public required string What { get; init; }

    [Description("The command that does not run without it.")]
    public string? Command { get; init; }

    [Description("The exact arguments.")]
    public string? Arguments { get; init; }

    [Description("pending, approved, rejected, expired or withdrawn.")]
    public required string Status { get; init; }

    public required string RequestedAt { get; init; }

    public string? ExpiresAt { get; init; }

    [Description("Who may decide; missing if anybody may.")]
    public IReadOnlyList<string>? Approvers { get; init; }

    public string? DecidedBy { get; init; }

    public string? Note { get; init; }

    public static async ValueTask<ApprovalView> ReadAsync(ITaskQueue queue, ApprovalInfo request, CancellationToken cancellationToken)
    {
        var isCommand = !request.InRun && request.TaskType == CommandTask.TypeName;
        return new ApprovalView
        {
            RequestId = request.Id.Value,
            TaskId = request.TaskId.Value,
            Group = request.Group,
            Label = request.Label,
            What = PlainText.Cut(request.What, LongestText)!,
            Command = isCommand ? PlainText.Cut(await ReadCommandAsync(queue, request, cancellationToken).ConfigureAwait(false), LongestText) : null,
            Arguments = isCommand || request.Arguments.Length == 0 ? null : PlainText.Cut(request.Arguments, LongestText),
            Status = request.Status.ToString().ToLowerInvariant(),
            RequestedAt = Times.Text(request.RequestedAt),
            ExpiresAt = Times.Text(request.ExpiresAt),
            Approvers = request.Approvers,
            DecidedBy = request.DecidedBy,
            Note = PlainText.Cut(request.Note, LongestText),
        };
    }

    private static async ValueTask<string?> ReadCommandAsync(ITaskQueue queue, ApprovalInfo request, CancellationToken cancellationToken)
    {
        // A decided request keeps its payload; a pending one is about the task's current payload.
        if (request is not { Status: ApprovalStatus.Pending, TaskGone: false })
        {
            return TaskSummaries.ReadCommand(request.TaskType, Encoding.UTF8.GetBytes(request.Arguments))?.ToString();
        }

        try
        {
            var payload = await queue.Inspector.GetPayloadAsync(request.TaskId, cancellationToken).ConfigureAwait(false);
            return TaskSummaries.ReadCommand(request.TaskType, payload)?.ToString();
        }
        catch (TaskNotFoundException)
        {
            // Removed since the request was read.
            return null;
        }
    }
}
