using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Workers;

/// <summary>Stops a task and its command, whether or not a worker is left to do it.</summary>
internal static class TaskKill
{
    /// <summary>Asks the worker to stop the task. If no worker is left, the command, which outlives its worker, is stopped and the task settled here.</summary>
    /// <param name="control">The commands.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="id">The task.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="asked">Who asks; <see langword="null"/> means the user.</param>
    public static async Task<string> KillAsync(
        CommandControl control, ITaskQueue queue, TaskId id, CancellationToken cancellationToken, ITaskControl? asked = null)
    {
        switch (await (asked ?? queue.Control).CancelAsync(id, "killed", cancellationToken))
        {
            case CancelResult.Cancelled:
                return "cancelled";
            case CancelResult.Requested:
                var stopped = await LeftCommands.StopAsync(control, queue, id, cancellationToken);
                return await control.FindUnstoppableAsync(id, cancellationToken) is { Count: > 0 } left
                    ? throw CliException.WrongState($"Task {id} is being stopped, but this user may not signal {string.Join(", ", left)}. "
                        + $"Its slot stays taken until that process ends; 'dq kill --give-up {id}' ends the attempt at once.")
                    : stopped;
            default:
                throw CliException.WrongState($"Task {id} has already ended.");
        }
    }

    /// <exception cref="CliException">The signal has not reached all processes of the command.</exception>
    public static async Task RequireReachedAsync(CommandControl control, TaskId id, CancellationToken cancellationToken)
    {
        if (await control.FindUnstoppableAsync(id, cancellationToken) is { Count: > 0 } left)
        {
            throw CliException.WrongState($"Task {id}: the signal has not reached {string.Join(", ", left)}, which this user may not signal.");
        }
    }
}
