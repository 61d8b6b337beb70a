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
    public static NewNotification ToNotification(LeasedTask task, RunHeader run, CommandResult result)
    {
        var label = task.Label is { } given ? $" ({given})" : "";
        return new NewNotification("exit", $"Task {task.Id}{label}, attempt {task.Attempt}: {Describe(result)}")
        {
            TaskId = task.Id,
            Name = NameOf(result),
            Key = $"exit:{run.TaskId}:{run.EnqueuedAtMs}:{task.AttemptToken}",
        };
    }

    private static string NameOf(CommandResult result) => result switch
    {
        { ExitCode: { } code } => code.ToString(CultureInfo.InvariantCulture),
        { SignalName: { } signal } => signal,
        _ => "lost",
    };
}
