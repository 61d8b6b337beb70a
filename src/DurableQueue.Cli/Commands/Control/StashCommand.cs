using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Control;

internal static class StashCommand
{
    public static Command Create()
    {
        var targets = new Targets();
        return new Command("stash", "Stash queued tasks until 'dq enqueue'.")
            .With(targets.Symbols)
            .WithAction(async invocation =>
            {
                var report = new ActionReport();
                foreach (var id in await targets.FindAsync(invocation, TaskState.Queued))
                {
                    await report.DoAsync(id, async () =>
                    {
                        await (await invocation.OpenAsync()).Control.StashAsync(id, invocation.Token);
                        return "stashed";
                    });
                }

                return report.Finish(invocation);
            });
    }
}
