using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands.Control;

internal static class KillCommand
{
    /// <summary>The worker first tries to stop what it can, which takes the command's grace period and a few seconds more.</summary>
    private static readonly TimeSpan GiveUpWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(50);

    public static Command Create()
    {
        var targets = new Targets();
        var signal = Values.Text("--signal", "Send this signal, such as USR1, to the running commands instead of stopping them.", "NAME", "-s");
        var giveUp = Values.Flag("--give-up", "End the attempt and free its slot even if some processes cannot be stopped; lists them.");
        var wait = Values.Flag("--wait", "Wait until the tasks have ended.", "-w");
        return new Command("kill", "Stop running tasks and cancel queued ones.")
            .With([.. targets.Symbols, signal, giveUp, wait])
            .WithAction(async invocation =>
            {
                invocation.AtMostOne(signal, giveUp);
                var control = await invocation.OpenControlAsync();
                var queue = await invocation.OpenAsync();
                if (invocation.Get(signal) is { } name)
                {
                    var running = await targets.FindAsync(invocation, TaskState.CheckedOut);
                    return await DoAsync(invocation, running, id => SignalAsync(control, queue, id, name, invocation.Token), invocation.Get(wait));
                }

                if (invocation.Get(giveUp))
                {
                    var running = await targets.FindAsync(invocation, TaskState.CheckedOut);
                    return await DoAsync(invocation, running, id => GiveUpAsync(invocation, control, queue, id), invocation.Get(wait));
                }

                // Queued tasks first: they must not start when the running ones have stopped.
                IReadOnlyList<TaskId> ids = targets.AreIds(invocation)
                    ? await targets.FindAsync(invocation)
                    : [.. await targets.FindAsync(invocation, TaskState.Queued), .. await targets.FindAsync(invocation, TaskState.CheckedOut)];
                return await DoAsync(invocation, [.. ids.Distinct()], id => TaskKill.KillAsync(control, queue, id, invocation.Token), invocation.Get(wait));
            });
    }

    /// <summary>Acts on all tasks, then waits for those that it has reached, and reports.</summary>
    private static async Task<int> DoAsync(DqInvocation invocation, IReadOnlyList<TaskId> ids, Func<TaskId, Task<string>> action, bool wait)
    {
        var done = new List<(TaskId Id, Task<string> Action)>();
        foreach (var id in ids)
        {
            done.Add((id, action(id)));
            await done[^1].Action.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        var report = new ActionReport();
        foreach (var (id, result) in done)
        {
            await report.DoAsync(id, async () => await result is var said && wait ? await WaitAsync(invocation, id) : said);
        }

        return report.Finish(invocation);
    }

    /// <returns>How the task ended.</returns>
    private static async Task<string> WaitAsync(DqInvocation invocation, TaskId id)
    {
        var queue = await invocation.OpenAsync();
        var ended = await WorkerWatch.WithWorkerAsync(
            invocation, () => [id], async token => await queue.Inspector.WaitAsync(TaskSelector.ByIds(id), cancellationToken: token));
        return ended.Tasks is [var info] ? TaskText.Outcome((await TaskViews.AddContentsAsync(queue, [info], invocation.Token))[0]) : "removed";
    }

    private static async Task<string> GiveUpAsync(DqInvocation invocation, CommandControl control, ITaskQueue queue, TaskId id)
    {
        if (await queue.Control.CancelAsync(id, "given up", invocation.Token) != CancelResult.Requested)
        {
            throw CliException.WrongState($"Task {id} is not running.");
        }

        var left = await control.GiveUpAsync(id, invocation.Token);
        var asked = invocation.Time.GetTimestamp();
        while (await queue.Inspector.GetAsync(id, invocation.Token) is { IsFinished: false })
        {
            if (invocation.Time.GetElapsedTime(asked) > GiveUpWithin)
            {
                return "being given up; a worker will end the attempt";
            }

            await Task.Delay(ProbePeriod, invocation.Time, invocation.Token);
        }

        var still = left.Where(process => Directory.Exists(FormattableString.Invariant($"/proc/{process.Pid}"))).ToArray();
        return still.Length > 0 ? $"given up; still running: {string.Join(", ", still)}" : "ended; no process is left";
    }

    private static async Task<string> SignalAsync(CommandControl control, ITaskQueue queue, TaskId id, string signal, CancellationToken cancellationToken)
    {
        if (await control.SignalAsync(id, signal, cancellationToken))
        {
            await TaskKill.RequireReachedAsync(control, id, cancellationToken);
            return $"sent signal {signal}";
        }

        var info = await queue.Inspector.GetAsync(id, cancellationToken) ?? throw new TaskNotFoundException(id);
        throw CliException.WrongState($"Task {id} has no running command (it is {info.State}).");
    }
}
