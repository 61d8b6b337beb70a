using System.Text.Json;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Maps exceptions to exit codes and messages.</summary>
internal static class Failures
{
    public static bool IsKnown(Exception exception) => CodeOf(exception) is not null;

    public static int? CodeOf(Exception exception) => exception switch
    {
        CliException e => e.ExitCode,
        TaskNotFoundException or GroupNotFoundException or TaskStateException or GroupStateException
            or ScheduleNotFoundException or ApprovalNotFoundException or ApprovalStateException or ApproverNotAllowedException => ExitCode.NotFoundOrWrongState,
        QueueStorageException or PlaceException => ExitCode.QueueUnusable,
        TimeoutException => ExitCode.Timeout,
        ArgumentException or FormatException or JsonException or IOException or UnauthorizedAccessException or NotSupportedException => ExitCode.BadInput,
        _ => null,
    };

    public static string MessageOf(Exception exception) => exception switch
    {
        // The parameter name of a library call means nothing to a user of the command line.
        ArgumentException { ParamName: { } name } e => e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal),
        TaskFilterException e => $"{e.Message}{PueueWords.Translate(e.Query)}",
        _ => exception.Message,
    };
}
