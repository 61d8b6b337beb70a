using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Workers;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Approvals;

internal static class ApproveCommand
{
    public static Command Create()
    {
        var decision = new Decision("The tasks, whether they wait to start or wait during a run.");
        var note = Values.Text("--note", "The reason for the decision.", "TEXT");
        var noStart = WorkerStart.CreateOption();
        return new Command("approve", "Approve tasks that wait for an approval, so that they start or continue.")
            .With([.. decision.Symbols, note, noStart])
            .WithAction(async invocation =>
            {
                var start = WorkerStart.Read(invocation, noStart);
                var approved = new List<TaskId>();
                var code = await decision.MakeAsync(
                    invocation,
                    "approved",
                    async (queue, task, by) =>
                    {
                        await queue.Control.ApproveAsync(task, by, invocation.Get(note), invocation.Token);
                        approved.Add(task);
                    },
                    async (queue, request, by) =>
                    {
                        await queue.Approvals.ApproveAsync(request, by, invocation.Get(note), invocation.Token);
                        approved.AddRange((await queue.Approvals.GetAsync(request, invocation.Token))?.TaskId is { } task ? [task] : []);
                    });
                await start.ForAsync(approved);
                return code;
            });
    }
}
