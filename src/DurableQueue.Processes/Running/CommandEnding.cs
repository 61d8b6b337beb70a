using System.Globalization;

namespace DurableQueue.Processes.Running;

/// <summary>How the end of a command is reported: as a sentence and as a notification.</summary>
internal static class CommandEnding
{
    public static string Describe(CommandResult result) => result switch
    {
        { ExitCode: { } code } => $"The command ended with exit code {code}.",
        { Signal: { } signal } => $"The command was ended by signal {signal} ({CommandSignals.NameOf(signal)}).",
        _ => "The command is gone and left no exit code: the machine was restarted, or its supervisor was killed.",
    };

    /// <summary>Stored in the transaction that ends the attempt. The key serves an attempt that is settled again after a crash.</summary>
    public static NewNotification ToNotification(LeasedTask task, CommandResult result, CommandManifest manifest) =>
        new(WakeTopics.Exit, $"{manifest.TaskName}, attempt {task.Attempt}: {Describe(result)}")
        {
            TaskId = task.Id,
            Name = NameOf(result),
            Key = KeyOf(task),
            Data = manifest.Describe(result),
        };

    /// <summary>An attempt whose command left no result.</summary>
    public static NewNotification ToNotification(LeasedTask task, string name, string reason, CommandManifest manifest) =>
        new(WakeTopics.Exit, $"{manifest.TaskName}, attempt {task.Attempt}: {reason}")
        {
            TaskId = task.Id,
            Name = name,
            Key = KeyOf(task),
            Data = manifest.Describe(new CommandResult()),
        };

    private static string KeyOf(LeasedTask task) => string.Create(
        CultureInfo.InvariantCulture, $"exit:{task.Id}:{task.EnqueuedAt.ToUnixTimeMilliseconds()}:{task.AttemptToken}");

    private static string NameOf(CommandResult result) => result switch
    {
        { ExitCode: { } code } => code.ToString(CultureInfo.InvariantCulture),
        { SignalName: { } signal } => signal,
        _ => "lost",
    };
}
