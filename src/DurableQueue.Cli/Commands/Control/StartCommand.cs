using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Inspection;
using DurableQueue.Cli.Commands.Workers;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands.Control;

internal static class StartCommand
{
    public static Command Create()
    {
        var targets = new Targets();
        var noStart = WorkerStart.CreateOption();
        return new Command("start", "Resume paused commands and groups; run queued tasks next, even if their group is full or paused. Default: the group default.")
            .With([.. targets.Symbols, noStart])
            .WithAction(async invocation =>
            {
                var control = await invocation.OpenControlAsync();
                var start = WorkerStart.Read(invocation, noStart);
                var groups = new List<string>();
                var code = await GroupedActions.DoAsync(invocation, targets, id => StartAsync(invocation, control, id), async group =>
                {
                    await (await invocation.OpenAsync()).Groups.ResumeAsync(group, invocation.Token);
                    groups.Add(group);
                    var resumed = await GroupedActions.ForRunningAsync(invocation, group, (id, token) => ResumeIfPausedAsync(control, id, token));
                    return resumed == 0 ? "started" : $"started, {resumed} paused commands resumed";
                });
                await (targets.AreIds(invocation) ? start.ForAsync(invocation.Get(targets.Ids)!) : start.ForGroupsAsync(groups));
                return code;
            });
    }

    private static async Task<string> StartAsync(DqInvocation invocation, CommandControl control, TaskId id)
    {
        var queue = await invocation.OpenAsync();
        var info = await queue.Inspector.GetAsync(id, invocation.Token) ?? throw new TaskNotFoundException(id);
        if (info.State != TaskState.CheckedOut)
        {
            return await RunNextAsync(invocation, queue, id);
        }

        return await ResumeIfPausedAsync(control, id, invocation.Token) ? "resumed" : throw CliException.WrongState($"Task {id} is already running.");
    }

    /// <summary>Makes the task the first in line, and says what still keeps it from running.</summary>
    public static async Task<string> RunNextAsync(DqInvocation invocation, ITaskQueue queue, TaskId id)
    {
        try
        {
            await queue.Control.RunNowAsync(id, invocation.Token);
        }
        catch (TaskStateException e) when (e.State == TaskState.Queued)
        {
            throw CliException.WrongState($"Task {id} cannot be started: {await ExplainAsync(invocation, queue, id)}.");
        }

        return await ExplainAsync(invocation, queue, id) is { Length: > 0 } reasons ? $"first in line, but it cannot run yet: {reasons}" : "runs next";
    }

    /// <returns>Why the task does not run, in the words of the query language; empty if only its turn has to come.</returns>
    private static async Task<string> ExplainAsync(DqInvocation invocation, ITaskQueue queue, TaskId id)
    {
        var view = await TaskViews.RequireAsync(queue, id, invocation.Token);
        await (await QueueSituation.ReadAsync(invocation)).ExplainAsync([view], invocation.Token);
        var now = invocation.Time.GetUtcNow();
        return string.Join(", ", view.Reasons.Select(reason => reason.ToText(now)));
    }

    private static async ValueTask<bool> ResumeIfPausedAsync(CommandControl control, TaskId id, CancellationToken cancellationToken) =>
        await control.FindAsync(id, cancellationToken) is { Paused: true } && await control.ResumeAsync(id, cancellationToken);
}
