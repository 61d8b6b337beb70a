using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Workers;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Top;

/// <summary>The actions of the keys on the selected task.</summary>
internal sealed class TopActions(ITaskQueue queue, CommandControl control)
{
    /// <returns>The message to show.</returns>
    public async Task<string> DoAsync(ConsoleKeyInfo key, TaskView? task, CancellationToken cancellationToken)
    {
        if (task is null)
        {
            return "";
        }

        try
        {
            return key.KeyChar switch
            {
                'x' => await KillAsync(task.Id, cancellationToken),
                'r' => await RetryAsync(task.Id, cancellationToken),
                's' => await StashAsync(task, cancellationToken),
                ' ' => await StopOrContinueAsync(task.Id, cancellationToken),
                'p' => await PauseAsync(task.Info.Group, cancellationToken),
                _ => "",
            };
        }
        catch (Exception e) when (Failures.IsKnown(e))
        {
            return Failures.MessageOf(e);
        }
    }

    private async Task<string> KillAsync(TaskId id, CancellationToken cancellationToken) =>
        $"task {id}: {await TaskKill.KillAsync(control, queue, id, cancellationToken)}";

    private async Task<string> RetryAsync(TaskId id, CancellationToken cancellationToken)
    {
        await queue.Control.RetryAsync(id, cancellationToken: cancellationToken);
        return $"task {id}: queued again";
    }

    private async Task<string> StashAsync(TaskView task, CancellationToken cancellationToken)
    {
        if (task.Info.Holds.HasFlag(TaskHolds.Stashed))
        {
            await queue.Control.UnstashAsync(task.Id, cancellationToken);
            return $"task {task.Id}: queued";
        }

        await queue.Control.StashAsync(task.Id, cancellationToken);
        return $"task {task.Id}: stashed";
    }

    private async Task<string> StopOrContinueAsync(TaskId id, CancellationToken cancellationToken)
    {
        switch (await control.FindAsync(id, cancellationToken))
        {
            case null:
                return $"task {id} is not running";
            case { Paused: true }:
                await control.ResumeAsync(id, cancellationToken);
                return $"task {id}: resumed";
            default:
                await control.PauseAsync(id, cancellationToken);
                return $"task {id}: paused";
        }
    }

    private async Task<string> PauseAsync(string group, CancellationToken cancellationToken)
    {
        if ((await queue.Groups.GetAsync(group, cancellationToken))?.Paused == true)
        {
            await queue.Groups.ResumeAsync(group, cancellationToken);
            return $"group {group}: started";
        }

        await queue.Groups.PauseAsync(group, cancellationToken);
        return $"group {group}: paused";
    }
}
