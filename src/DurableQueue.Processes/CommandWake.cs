using System.Text.Json;

namespace DurableQueue.Processes;

/// <summary>
/// What a notification of a command says beside its text: the data of the topics <c>output</c>, <c>output-budget</c> and <c>exit</c>. The values of secrets are replaced.
/// </summary>
public sealed record CommandWake
{
    /// <summary>The attempt, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>The command, cut at 200 characters.</summary>
    public string Command { get; init; } = "";

    /// <summary>The working directory; <see langword="null"/> if it is the worker's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The file of the output that the tail is from.</summary>
    public string Log { get; init; } = "";

    /// <summary>The exit code; <see langword="null"/> while the command runs, and if it ended without one.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The name of the signal that ended the command; <see langword="null"/> if none did.</summary>
    public string? Signal { get; init; }

    /// <summary>
    /// The last lines of the output at that moment, at most 2,000 characters, with the bytes of the command: it may contain escape sequences, which a program that shows it
    /// must handle. Of a line that was repainted (<c>\r</c>) only the last state.
    /// </summary>
    public string Tail { get; init; } = "";

    /// <summary>Reads it from a notification.</summary>
    /// <returns><see langword="null"/> if the notification is not one of a command.</returns>
    public static CommandWake? FromNotification(TaskNotification notification)
    {
        ArgumentNullException.ThrowIfNull(notification);
        if (notification.Data is not { } data || notification.Topic is not (WakeTopics.Output or WakeTopics.Budget or WakeTopics.Exit))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(data, CommandJson.Default.CommandWake);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
