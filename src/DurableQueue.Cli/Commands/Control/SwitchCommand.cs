using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Control;

internal static class SwitchCommand
{
    public static Command Create()
    {
        var first = Values.Id("first", "A queued task.");
        var second = Values.Id("second", "Another queued task of the same group.");
        return new Command("switch", "Swap the positions of two queued tasks.")
            .With(first, second)
            .WithAction(async invocation =>
            {
                var (one, other) = (invocation.Get(first), invocation.Get(second));
                var report = new ActionReport();
                await report.DoAsync(one, async () =>
                {
                    await (await invocation.OpenAsync()).Control.SwapAsync(one, other, invocation.Token);
                    return $"swapped with task {other}";
                });
                return report.Finish(invocation);
            });
    }
}
