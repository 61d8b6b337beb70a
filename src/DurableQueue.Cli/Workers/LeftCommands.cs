using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Workers;

/// <summary>Commands that outlived their worker, in groups that no other worker serves.</summary>
internal static class LeftCommands
{
    /// <summary>After a cancel request: stops the command and settles the task here if no worker is left to do so.</summary>
    /// <returns>The result, for the report.</returns>
    /// <exception cref="CliException">The command cannot be stopped from this machine.</exception>
    public static async Task<string> StopAsync(CommandControl control, ITaskQueue queue, TaskId id, CancellationToken cancellationToken)
    {
        if (await queue.Inspector.GetAsync(id, cancellationToken) is not { State: TaskState.CheckedOut, Type: CommandTask.TypeName } task
            || WorkerPresence.IsServed(task, await queue.Inspector.GetWorkersAsync(cancellationToken)))
        {
            return "being stopped";
        }

        // Taken over before the command is stopped: a worker that starts now must not see its end as a failure.
        if (await queue.TakeOverAsync(id, $"dq {Environment.ProcessId}", cancellationToken) is not { } taken)
        {
            throw CliException.NoWorker($"Task {id} was asked to stop, but its worker does not respond or ran on another machine, and no other worker serves the group {task.Group}.");
        }

        await control.StopAsync(id, cancellationToken: cancellationToken);
        if (await control.FindUnstoppableAsync(id, cancellationToken) is { Count: > 0 })
        {
            // The slot stays taken until the command is gone.
            return "being stopped";
        }

        const string reason = "The command was stopped after its worker had gone.";
        await queue.FailAsync(taken.Lease, new TaskFailure(reason) { Notification = control.DescribeStop(taken, reason) }, cancellationToken);
        return "killed";
    }
}
