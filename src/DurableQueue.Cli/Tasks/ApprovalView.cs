using System.Text;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>A request for an approval as it is shown: of a command, the command, and not the payload, for its environment holds secrets.</summary>
/// <param name="Request">As it was read.</param>
/// <param name="Command">The command that is not to run without it; <see langword="null"/> for a request inside a run and for other types.</param>
/// <param name="Arguments">Those of the request; <see langword="null"/> where they are the payload of a command.</param>
internal sealed record ApprovalView(ApprovalInfo Request, string? Command, string? Arguments)
{
    /// <summary>What is to be decided, in one line.</summary>
    public string What => Command ?? (Arguments is { Length: > 0 } ? $"{Request.What} {Arguments}" : Request.What);

    public static async ValueTask<ApprovalView> ReadAsync(ITaskQueue queue, ApprovalInfo request, bool showPayload, CancellationToken cancellationToken)
    {
        if (request.InRun || request.TaskType != CommandTask.TypeName)
        {
            return new(request, null, request.Arguments);
        }

        // What was decided on is on record; what is pending is what the task holds now.
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
