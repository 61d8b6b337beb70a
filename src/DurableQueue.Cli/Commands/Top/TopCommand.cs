using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Commands.Top;

internal static class TopCommand
{
    public static Command Create()
    {
        var id = new Argument<TaskId?>("id")
        {
            Description = "The only task to show, with its details and its log.",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = result => Values.Read<TaskId?>(result, text => Values.ReadId(text)),
        };
        return new Command("top", "Show groups, tasks and the log of the selected task live, with keys to act on it.")
            .With(id)
            .WithAction(async invocation =>
            {
                if (!invocation.Output.IsTerminal || Console.IsInputRedirected)
                {
                    throw CliException.BadInput(
                        $"'dq top' needs a terminal, and standard {(Console.IsInputRedirected ? "input" : "output")} is not one; 'dq status' does not need any.");
                }

                var only = invocation.Get(id);
                if (only is { } task && await (await invocation.OpenAsync()).Inspector.GetAsync(task, invocation.Token) is null)
                {
                    throw new TaskNotFoundException(task);
                }

                // A queue that can't be opened at all is an error, and not a screen.
                await invocation.OpenAsync();
                using var loop = new TopLoop(invocation, only);
                await loop.RunAsync();
                return ExitCode.Done;
            });
    }
}
