using System.CommandLine;
using System.CommandLine.Parsing;
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

    /// <summary>The program and the command that were named, such as <c>dq group add</c>.</summary>
    public static string CommandPath(this ParseResult parse)
    {
        var names = new Stack<string>();
        for (SymbolResult? result = parse.CommandResult; result is CommandResult { Parent: not null } command; result = command.Parent)
        {
            names.Push(command.Command.Name);
        }

        return string.Join(' ', names.Prepend("dq"));
    }
}
