using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Workers;

/// <summary>Commands that outlived their worker, in groups that no other worker takes.</summary>
internal static class LeftCommands
{
    /// <summary>After a cancel: stops the command and ends the task from here if no worker is left to do so.</summary>
    /// <returns>What became of the task.</returns>
    /// <exception cref="CliException">Nobody can stop it from this machine.</exception>
    public static async Task<string> StopAsync(CommandControl control, ITaskQueue queue, TaskId id, CancellationToken cancellationToken)
    {
        if (await queue.Inspector.GetAsync(id, cancellationToken) is not { State: TaskState.CheckedOut, Type: CommandTask.TypeName } task
            || WorkerPresence.IsServed(task, await queue.Inspector.GetWorkersAsync(cancellationToken)))
        {
            return "being stopped";
        }

        // Before the command is stopped: a worker that starts now must not take its end for a failure.
        if (await queue.TakeOverAsync(id, $"dq {Environment.ProcessId}", cancellationToken) is not { } taken)
        {
            throw CliException.NoWorker($"Task {id} is asked to stop, but its worker does not answer, or ran on another machine, and no other takes the group {task.Group}.");
        }

        await control.StopAsync(id, cancellationToken: cancellationToken);
        if (await control.FindUnstoppableAsync(id, cancellationToken) is { Count: > 0 })
        {
            // The slot stays taken until it is gone.
            return "being stopped";
        }

        await queue.FailAsync(taken.Lease, new TaskFailure("The command was stopped; its worker was gone."), cancellationToken);
        return "killed";
    }
}
