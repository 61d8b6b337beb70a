using System.Text;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>An approval request as it is shown. For a command it shows the command line and not the payload, whose environment may contain secrets.</summary>
/// <param name="Request">The request.</param>
/// <param name="Command">The command that needs the approval; <see langword="null"/> for a request during a run and for other types.</param>
/// <param name="Arguments">The arguments of the request; <see langword="null"/> if they are the payload of a command.</param>
internal sealed record ApprovalView(ApprovalInfo Request, string? Command, string? Arguments)
{
    /// <summary>What is decided, in one line.</summary>
    public string What => Command ?? (Arguments is { Length: > 0 } ? $"{Request.What} {Arguments}" : Request.What);

    public static async ValueTask<ApprovalView> ReadAsync(ITaskQueue queue, ApprovalInfo request, bool showPayload, CancellationToken cancellationToken)
    {
        if (request.InRun || request.TaskType != CommandTask.TypeName)
        {
            return new(request, null, request.Arguments);
        }

        // A decided request keeps its payload; a pending one is about the task's current payload.
        var payload = request is { Status: ApprovalStatus.Pending, TaskGone: false }
            ? await ReadPayloadAsync(queue, request.TaskId, cancellationToken)
            : Encoding.UTF8.GetBytes(request.Arguments);
        var command = CommandSummary.Read(payload);
        return new(request, command?.ToString(), command is null || showPayload ? request.Arguments : null);
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(ITaskQueue queue, TaskId id, CancellationToken cancellationToken)
    {
        try
        {
            return await queue.Inspector.GetPayloadAsync(id, cancellationToken);
        }
        catch (TaskNotFoundException)
        {
            // Removed since the request was read.
            return default;
        }
    }
}
