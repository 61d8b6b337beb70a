using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands;

internal static class RemoveCommand
{
    public static Command Create()
    {
        var ids = Values.Ids("Tasks that are not running.", required: true);
        return new Command("remove", "Remove tasks and their logs.")
            .With(ids)
            .WithAction(async invocation =>
            {
                var queue = await invocation.OpenAsync();
                var report = new ActionReport();
                var folder = new LogFolder(invocation.Files);
                folder.RequireAccess();

                // Dependents first: a task can be removed once nothing depends on it.
                foreach (var id in invocation.Get(ids)!.OrderDescending())
                {
                    await report.DoAsync(id, async () =>
                    {
                        await queue.Control.RemoveAsync([id], invocation.Token);
                        folder.Delete(id);
                        return "removed";
                    });
                }

                return report.Finish(invocation);
            });
    }
}
