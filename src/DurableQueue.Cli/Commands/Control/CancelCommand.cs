using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;

namespace DurableQueue.Cli.Commands.Control;

internal static class CancelCommand
{
    public static Command Create()
    {
        var ids = Values.Ids("The tasks.", required: true);
        var tree = Values.Flag("--tree", "Also cancel all unfinished tasks that depend on them, directly or indirectly.");
        var reason = Values.Text("--reason", "The reason; shown with the task.", "TEXT");
        return new Command("cancel", "Cancel queued tasks and ask running ones to stop.")
            .With(ids, tree, reason)
            .WithAction(async invocation =>
            {
                var queue = await invocation.OpenAsync();
                var control = await invocation.OpenControlAsync();
                var report = new ActionReport();
                foreach (var id in invocation.Get(ids)!)
                {
                    await report.DoAsync(id, async () =>
                    {
                        var result = invocation.Get(tree)
                            ? await queue.Control.CancelTreeAsync(id, invocation.Get(reason), invocation.Token)
                            : await queue.Control.CancelAsync(id, invocation.Get(reason), invocation.Token);
                        return result switch
                        {
                            CancelResult.Cancelled => "cancelled",
                            CancelResult.Requested => await LeftCommands.StopAsync(control, queue, id, invocation.Token),
                            _ => throw CliException.WrongState($"Task {id} has already ended."),
                        };
                    });
                }

                return report.Finish(invocation);
            });
    }
}
