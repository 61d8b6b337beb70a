using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands;

internal static class RejectCommand
{
    public static Command Create()
    {
        var decision = new Decision("The tasks; before their run, or in it.");
        var reason = new Option<string>("--reason")
        {
            Description = "Why; shown with the task.",
            HelpName = "TEXT",
            DefaultValueFactory = _ => "rejected",
        };
        return new Command("reject", "Refuse what tasks wait for an approval of: one that has not begun ends.")
            .With([.. decision.Symbols, reason])
            .Does(invocation => decision.MakeAsync(
                invocation,
                "rejected",
                (queue, task, by) => queue.Control.RejectAsync(task, by, invocation.Get(reason)!, invocation.Token),
                (queue, request, by) => queue.Approvals.RejectAsync(request, by, invocation.Get(reason)!, invocation.Token)));
    }
}
