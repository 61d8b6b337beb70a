using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands;

internal static class SwitchCommand
{
    public static Command Create()
    {
        var first = Values.Id("first", "A queued task.");
        var second = Values.Id("second", "Another one of the same group.");
        return new Command("switch", "Let two queued tasks change places.")
            .With(first, second)
            .Does(async invocation =>
            {
                var (one, other) = (invocation.Get(first), invocation.Get(second));
                var report = new ActionReport();
                await report.DoAsync(one, async () =>
                {
                    await (await invocation.OpenAsync()).Control.SwapAsync(one, other, invocation.Token);
                    return $"changed places with task {other}";
                });
                return report.Finish(invocation);
            });
    }
}
