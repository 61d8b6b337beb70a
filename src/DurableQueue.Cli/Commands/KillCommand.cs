using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands;

internal static class KillCommand
{
    public static Command Create()
    {
        var targets = new Targets();
        var signal = Values.Text("--signal", "Send this signal to the running commands instead, such as USR1; what they do then is their own business.", "NAME", "-s");
        return new Command("kill", "Stop running tasks and cancel queued ones.")
            .With([.. targets.Symbols, signal])
            .Does(async invocation =>
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
                else
                {
                    var worked = await WorkerPresence.IsThereAsync(queue, invocation.Token);
                    foreach (var id in await targets.FindAsync(invocation, TaskState.Queued, TaskState.CheckedOut))
                    {
                        await report.DoAsync(id, () => KillAsync(control, queue, id, worked, invocation.Token));
                    }
                }

                return report.Finish(invocation);
            });
    }

    /// <summary>Asks the worker to stop it. Where no worker is left to do that, the command, which outlives its worker, is stopped from here.</summary>
    public static async Task<string> KillAsync(CommandControl control, ITaskQueue queue, TaskId id, bool worked, CancellationToken cancellationToken)
    {
        switch (await queue.Control.CancelAsync(id, "killed", cancellationToken))
        {
            case CancelResult.Cancelled:
                return "cancelled";
            case CancelResult.Requested:
                if (!worked)
                {
                    await control.StopAsync(id, cancellationToken: cancellationToken);
                }

                return "being stopped";
            default:
                throw CliException.WrongState($"Task {id} has ended already.");
        }
    }

    private static async Task<string> SignalAsync(CommandControl control, ITaskQueue queue, TaskId id, string signal, CancellationToken cancellationToken)
    {
        if (await control.SignalAsync(id, signal, cancellationToken))
        {
            return $"got signal {signal}";
        }

        var info = await queue.Inspector.GetAsync(id, cancellationToken) ?? throw new TaskNotFoundException(id);
        throw CliException.WrongState($"Task {id} has no running command (it is {info.State}).");
    }
}
