using System.Text.Json;
using System.Text.RegularExpressions;

namespace DurableQueue.Mcp.Calls;

/// <summary>Errors that the model can do something about, in words for it. All others are faults of the server and are only logged.</summary>
internal static partial class ToolErrors
{
    /// <returns><see langword="null"/> if the error is not one of the caller's, the queue's or the file system's.</returns>
    public static string? MessageOf(Exception error) => error switch
    {
        TaskNotFoundException e => $"{e.Message} queue_list shows the tasks on record.",
        GroupNotFoundException e => $"{e.Message} queue_groups shows the groups.",
        ApprovalNotFoundException e => $"{e.Message} queue_approvals shows the requests.",
        QueueStorageException { Error: QueueStorageError.Busy } e => $"{e.Message} Try again later.",
        ToolException or DurableQueueException => error.Message,

        // The name of a parameter of the library means nothing to the caller.
        ArgumentException => ParameterName().Replace(error.Message, ""),
        FormatException or IOException or UnauthorizedAccessException or NotSupportedException => error.Message,
        JsonException => "The task's payload is not what its type needs.",
        _ => null,
    };

    [GeneratedRegex(@" \(Parameter '[^']*'\)", RegexOptions.CultureInvariant)]
    private static partial Regex ParameterName();
}
