using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>The options that make a new task one for a handler of a service, instead of a command.</summary>
internal sealed class TypeOption
{
    private readonly Option<string?> type = Values.Text(
        "--type", "Add a task of this type, for a handler of a service, instead of a command. Its attempts are 3 unless --retries is given.", "TYPE");

    private readonly PayloadOptions payload = new();

    public IReadOnlyList<Symbol> Symbols => [type, .. payload.Symbols];

    /// <summary>Reads the type and the payload.</summary>
    /// <param name="invocation">The command.</param>
    /// <param name="ofCommands">What is given that only commands have.</param>
    /// <returns><see langword="null"/> if it is to be a command.</returns>
    /// <exception cref="CliException">The arguments contradict each other, or the payload is not valid.</exception>
    public async ValueTask<NewTask?> ReadAsync(DqInvocation invocation, IEnumerable<string> ofCommands)
    {
        if (invocation.Get(type) is not { } name)
        {
            return payload.Symbols.FirstOrDefault(invocation.Has) is { } stray ? throw CliException.BadInput($"{stray.Name} needs a --type: a command has no other payload.") : null;
        }

        if (name == CommandTask.TypeName)
        {
            throw CliException.BadInput($"Commands have the type {CommandTask.TypeName}: give the command itself instead of --type.");
        }

        var contradicting = ofCommands.ToList();
        return contradicting.Count == 0
            ? new NewTask(name, await payload.ReadAsync(invocation) ?? default)
            : throw CliException.BadInput($"With --type the task is not a command, so it can't have {string.Join(", ", contradicting)}.");
    }
}
