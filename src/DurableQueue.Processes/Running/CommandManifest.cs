using System.Text.Json;

namespace DurableQueue.Processes.Running;

/// <summary>What the notifications of one attempt of a command carry for programs. Secrets are replaced.</summary>
internal sealed class CommandManifest(LeasedTask task, CommandTask command, CommandFiles files, CommandSecrets secrets)
{
    private const int LongestCommand = 200;

    /// <summary>Shorter values are not replaced: that would make the text unreadable.</summary>
    private const int ShortestSecret = 4;

    private readonly Lazy<string[]> hidden = new(() =>
    [
        .. (command.Environment ?? CommandEnvironment.Readable())
            .Where(pair => pair.Value.Length >= ShortestSecret && secrets.IsSecret(pair.Key))
            .Select(pair => pair.Value)
            .OrderByDescending(value => value.Length),
    ]);

    /// <summary>Names the task in a sentence.</summary>
    public string TaskName => task.Label is { } label ? $"Task {task.Id} ({label})" : $"Task {task.Id}";

    public string Hide(string text) => hidden.Value.Aggregate(text, (shown, secret) => shown.Replace(secret, CommandSecrets.Mask, StringComparison.Ordinal));

    /// <summary>While the command runs.</summary>
    /// <param name="log">The file of the output.</param>
    /// <param name="tail">Its last lines, without secrets.</param>
    public string Describe(string log, string tail) => Write(Create(log, tail));

    /// <summary>When the command has ended: with the last lines of its output, or of its errors if it had no other output.</summary>
    public string Describe(CommandResult result)
    {
        var log = files.Log(task.Id, task.Attempt);
        var tail = ReadTail(log);
        if (tail.Length == 0 && command.SeparateErrors)
        {
            log = files.ErrorLog(task.Id, task.Attempt);
            tail = ReadTail(log);
        }

        return Write(Create(log, tail) with { ExitCode = result.ExitCode, Signal = result.SignalName });
    }

    private static string Write(CommandWake wake) => JsonSerializer.Serialize(wake, CommandJson.Default.CommandWake);

    private CommandWake Create(string log, string tail)
    {
        var line = Hide(CommandText.Of(command));
        return new CommandWake
        {
            Attempt = task.Attempt,
            Command = line.Length > LongestCommand ? $"{TextCut.Start(line, LongestCommand - 1)}…" : line,
            WorkingDirectory = command.WorkingDirectory,
            Log = log,
            Tail = tail,
        };
    }

    private string ReadTail(string path)
    {
        try
        {
            using var file = new GrowingFile(path);
            if (file.Open() is not { } handle)
            {
                return "";
            }

            var length = RandomAccess.GetLength(handle);
            var bytes = file.ReadBack(length, OutputTail.Window);
            return OutputTail.Of(bytes, bytes.Length == length, Hide);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlaceException)
        {
            // The end of a command is told even if its log cannot be read.
            return "";
        }
    }
}
