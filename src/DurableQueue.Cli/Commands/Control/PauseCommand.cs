using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands.Control;

internal static class PauseCommand
{
    public static Command Create()
    {
        var targets = new Targets();
        var wait = Values.Flag("--wait", "Let running commands finish; only start no more.", "-w");
        return new Command("pause", "Suspend running commands, or pause groups and suspend the commands that run in them. Default: the group default.")
            .With([.. targets.Symbols, wait])
            .WithAction(async invocation =>
            {
                if (targets.AreIds(invocation) && invocation.Get(wait))
                {
                    throw CliException.BadInput("--wait is for groups: it starts no more of their tasks. A single command that should finish needs no pause.");
                }

                var control = await invocation.OpenControlAsync();
                return await GroupedActions.DoAsync(invocation, targets, id => PauseAsync(invocation, control, id), async group =>
                {
                    await (await invocation.OpenAsync()).Groups.PauseAsync(group, invocation.Token);
                    var stopped = invocation.Get(wait) ? 0 : await GroupedActions.ForRunningAsync(invocation, group, control.PauseAsync);
                    return stopped == 0 ? "paused" : $"paused, {stopped} running commands suspended";
                });
            });
    }

    private static async Task<string> PauseAsync(DqInvocation invocation, CommandControl control, TaskId id)
    {
        if (await control.PauseAsync(id, invocation.Token))
        {
            await TaskKill.RequireReachedAsync(control, id, invocation.Token);
            return "paused";
        }

        var info = await (await invocation.OpenAsync()).Inspector.GetAsync(id, invocation.Token) ?? throw new TaskNotFoundException(id);
        throw CliException.WrongState($"Task {id} has no running command (it is {info.State})"
            + (info.State == TaskState.Queued ? $"; 'dq stash {id}' puts a queued task aside." : "."));
    }
}
