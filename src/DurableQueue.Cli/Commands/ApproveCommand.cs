using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands;

internal static class ApproveCommand
{
    public static Command Create()
    {
        var decision = new Decision("The tasks, whether they wait to start or wait during a run.");
        var note = Values.Text("--note", "The reason for the decision.", "TEXT");
        return new Command("approve", "Approve tasks that wait for an approval, so that they start or continue.")
            .With([.. decision.Symbols, note])
            .WithAction(invocation => decision.MakeAsync(
                invocation,
                "approved",
                (queue, task, by) => queue.Control.ApproveAsync(task, by, invocation.Get(note), invocation.Token),
                (queue, request, by) => queue.Approvals.ApproveAsync(request, by, invocation.Get(note), invocation.Token)));
    }
}
