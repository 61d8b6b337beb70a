using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands;

internal static class StartCommand
{
    public static Command Create()
    {
        var targets = new Targets();
        return new Command("start", "Let paused commands and groups go on; run queued tasks next, past limits and pauses. Without arguments: the group default.")
            .With(targets.Symbols)
            .Does(async invocation =>
            {
                var control = await invocation.OpenControlAsync();
                return await GroupedActions.DoAsync(invocation, targets, id => StartAsync(invocation, control, id), async group =>
                {
                    await (await invocation.OpenAsync()).Groups.ResumeAsync(group, invocation.Token);
                    var resumed = await GroupedActions.ForRunningAsync(invocation, group, (id, token) => ResumeIfPausedAsync(control, id, token));
                    return resumed == 0 ? "started" : $"started, with {resumed} paused commands";
                });
            });
    }

    private static async Task<string> StartAsync(DqInvocation invocation, CommandControl control, TaskId id)
    {
        var queue = await invocation.OpenAsync();
        var info = await queue.Inspector.GetAsync(id, invocation.Token) ?? throw new TaskNotFoundException(id);
        if (info.State != TaskState.CheckedOut)
        {
            await queue.Control.RunNowAsync(id, invocation.Token);
            return "runs next";
        }

        return await ResumeIfPausedAsync(control, id, invocation.Token) ? "goes on" : throw CliException.WrongState($"Task {id} runs already.");
    }

    private static async ValueTask<bool> ResumeIfPausedAsync(CommandControl control, TaskId id, CancellationToken cancellationToken) =>
        await control.FindAsync(id, cancellationToken) is { Paused: true } && await control.ResumeAsync(id, cancellationToken);
}
