using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Approvals;

internal static class RejectCommand
{
    public static Command Create()
    {
        var decision = new Decision("The tasks, whether they wait to start or wait during a run.");
        var reason = new Option<string>("--reason")
        {
            Description = "The reason; shown with the task.",
            HelpName = "TEXT",
            DefaultValueFactory = _ => "rejected",
        };
        return new Command("reject", "Reject tasks that wait for an approval; a task that has not started fails.")
            .With([.. decision.Symbols, reason])
            .WithAction(invocation => decision.MakeAsync(
                invocation,
                "rejected",
                (queue, task, by) => queue.Control.RejectAsync(task, by, invocation.Get(reason)!, invocation.Token),
                (queue, request, by) => queue.Approvals.RejectAsync(request, by, invocation.Get(reason)!, invocation.Token)));
    }
}
