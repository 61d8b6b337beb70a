using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands;

internal static class ApproveCommand
{
    public static Command Create()
    {
        var decision = new Decision("The tasks; before their run, or in it.");
        var note = Values.Text("--note", "What the decision rests on.", "TEXT");
        return new Command("approve", "Let tasks run, or go on, that wait for an approval.")
            .With([.. decision.Symbols, note])
            .Does(invocation => decision.MakeAsync(
                invocation,
                "approved",
                (queue, task, by) => queue.Control.ApproveAsync(task, by, invocation.Get(note), invocation.Token),
                (queue, request, by) => queue.Approvals.ApproveAsync(request, by, invocation.Get(note), invocation.Token)));
    }
}
