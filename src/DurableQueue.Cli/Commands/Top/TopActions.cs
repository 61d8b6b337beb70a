using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Control;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Top;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands.Top;

/// <summary>What the keys of <c>dq top</c> do to the selected task.</summary>
internal static class TopActions
{
    /// <summary>The question that is asked before something is lost; <see langword="null"/> if nothing is.</summary>
    public static string? Question(TopAction action, TaskView task) => (action, task.Info.State) switch
    {
        (TopAction.Kill, TaskState.CheckedOut) => $"Kill task {task.Id}, which is running?",
        (TopAction.Kill, TaskState.Queued) => $"Cancel task {task.Id}, which is queued?",
        (TopAction.Retry, TaskState.Done) => $"Run task {task.Id} again? Its result and log will be replaced.",
        (TopAction.Reject, _) => $"Reject task {task.Id}?",
        _ => null,
    };

    /// <returns>The message to show.</returns>
    public static async Task<string> DoAsync(DqInvocation invocation, TopAction action, TaskView task)
    {
        try
        {
            return await (action switch
            {
                TopAction.Kill => KillAsync(invocation, task.Id),
                TopAction.Retry => RetryAsync(invocation, task.Id),
                TopAction.Stash => StashAsync(invocation, task),
                TopAction.Suspend => StopOrContinueAsync(invocation, task.Id),
                TopAction.Group => PauseAsync(invocation, task.Info.Group),
                TopAction.RunNow => RunNowAsync(invocation, task.Id),
                TopAction.Approve => ApproveAsync(invocation, task.Id),
                TopAction.Reject => RejectAsync(invocation, task.Id),
                _ => Task.FromResult(""),
            });
        }
        catch (Exception e) when (Failures.IsKnown(e))
        {
            return Failures.MessageOf(e);
        }
    }

    private static async Task<string> KillAsync(DqInvocation invocation, TaskId id) =>
        $"task {id}: {await TaskKill.KillAsync(await invocation.OpenControlAsync(), await invocation.OpenAsync(), id, invocation.Token)}";

    private static async Task<string> RetryAsync(DqInvocation invocation, TaskId id)
    {
        await (await invocation.OpenAsync()).Control.RetryAsync(id, cancellationToken: invocation.Token);
        return $"task {id}: queued again";
    }

    private static async Task<string> StashAsync(DqInvocation invocation, TaskView task)
    {
        var control = (await invocation.OpenAsync()).Control;
        if (task.Info.Holds.HasFlag(TaskHolds.Stashed))
        {
            await control.UnstashAsync(task.Id, invocation.Token);
            return $"task {task.Id}: queued";
        }

        await control.StashAsync(task.Id, invocation.Token);
        return $"task {task.Id}: stashed";
    }

    private static async Task<string> StopOrContinueAsync(DqInvocation invocation, TaskId id)
    {
        var control = await invocation.OpenControlAsync();
        switch (await control.FindAsync(id, invocation.Token))
        {
            case null:
                return $"task {id} has no running command";
            case { Paused: true }:
                await control.ResumeAsync(id, invocation.Token);
                return $"task {id}: resumed";
            default:
                await control.PauseAsync(id, invocation.Token);
                return $"task {id}: paused";
        }
    }

    private static async Task<string> PauseAsync(DqInvocation invocation, string group)
    {
        var groups = (await invocation.OpenAsync()).Groups;
        if ((await groups.GetAsync(group, invocation.Token))?.Paused == true)
        {
            await groups.ResumeAsync(group, invocation.Token);
            return $"group {group}: started";
        }

        await groups.PauseAsync(group, invocation.Token);
        return $"group {group}: paused";
    }

    private static async Task<string> RunNowAsync(DqInvocation invocation, TaskId id) =>
        $"task {id}: {await StartCommand.RunNextAsync(invocation, await invocation.OpenAsync(), id)}";

    private static async Task<string> ApproveAsync(DqInvocation invocation, TaskId id)
    {
        var (queue, by) = (await invocation.OpenAsync(), Environment.UserName);
        await Decision.DecideAsync(
            queue,
            id,
            task => queue.Control.ApproveAsync(task, by, cancellationToken: invocation.Token),
            request => queue.Approvals.ApproveAsync(request, by, cancellationToken: invocation.Token),
            invocation.Token);
        return $"task {id}: approved";
    }

    private static async Task<string> RejectAsync(DqInvocation invocation, TaskId id)
    {
        var (queue, by) = (await invocation.OpenAsync(), Environment.UserName);
        await Decision.DecideAsync(
            queue,
            id,
            task => queue.Control.RejectAsync(task, by, "rejected", invocation.Token),
            request => queue.Approvals.RejectAsync(request, by, "rejected", invocation.Token),
            invocation.Token);
        return $"task {id}: rejected";
    }
}
