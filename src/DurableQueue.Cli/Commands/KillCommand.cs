using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands;

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
        return new Command("kill", "Stop running tasks and cancel queued ones.")
            .With([.. targets.Symbols, signal, giveUp])
            .WithAction(async invocation =>
            {
                var control = await invocation.OpenControlAsync();
                var queue = await invocation.OpenAsync();
                var report = new ActionReport();
                if (invocation.Get(signal) is { } name)
                {
                    foreach (var id in await targets.FindAsync(invocation, TaskState.CheckedOut))
                    {
                        await report.DoAsync(id, () => SignalAsync(control, queue, id, name, invocation.Token));
                    }
                }
                else if (invocation.Get(giveUp))
                {
                    foreach (var id in await targets.FindAsync(invocation, TaskState.CheckedOut))
                    {
                        await report.DoAsync(id, () => GiveUpAsync(invocation, control, queue, id));
                    }
                }
                else
                {
                    // Queued tasks first: they must not start when the running ones have stopped.
                    IReadOnlyList<TaskId> ids = targets.AreIds(invocation)
                        ? await targets.FindAsync(invocation)
                        : [.. await targets.FindAsync(invocation, TaskState.Queued), .. await targets.FindAsync(invocation, TaskState.CheckedOut)];
                    foreach (var id in ids.Distinct())
                    {
                        await report.DoAsync(id, () => TaskKill.KillAsync(control, queue, id, invocation.Token));
                    }
                }

                return report.Finish(invocation);
            });
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
