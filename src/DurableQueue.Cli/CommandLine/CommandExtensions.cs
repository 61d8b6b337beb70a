using System.CommandLine;
using DurableQueue.Cli.Output;

namespace DurableQueue.Cli.CommandLine;

internal static class CommandExtensions
{
    /// <summary>Adds options and arguments, in the order of the help text.</summary>
    public static Command With(this Command command, params IReadOnlyList<Symbol> symbols)
    {
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case Option option:
                    command.Options.Add(option);
                    break;
                case Argument argument:
                    command.Arguments.Add(argument);
                    break;
                case Command subcommand:
                    command.Subcommands.Add(subcommand);
                    break;
            }
        }

        return command;
    }

    /// <summary>Sets what the command does. The queue that it opens is closed afterwards.</summary>
    public static Command WithAction(this Command command, Func<DqInvocation, Task<int>> action)
    {
        command.SetAction(async (parse, cancellationToken) =>
        {
            await using var invocation = new DqInvocation(parse, ProgramOutput.Current, cancellationToken);
            invocation.Output.FindGlyphs = () => invocation.Glyphs;
            return await action(invocation);
        });
        return command;
    }
}
