using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Files;

internal static class ExportCommand
{
    public static Command Create()
    {
        var query = new Argument<string?>("query") { Description = "Which tasks to export. Default: all.", Arity = ArgumentArity.ZeroOrOne };
        var showEnvironment = Values.Flag("--show-env", "Include the environments of commands, with any secrets in them.");
        return new Command("export", "Write tasks as JSON lines, for 'dq import'.")
            .With(query, showEnvironment)
            .WithAction(async invocation =>
            {
                var queue = await invocation.OpenAsync();
                var asked = new TaskQuery { Filter = invocation.Get(query) is { } text ? TaskFilter.Parse(text, invocation.Time) : null };
                var commands = false;
                await foreach (var task in TaskViews.ReadAsync(queue, asked, invocation.Token))
                {
                    commands |= task.IsCommand;
                    invocation.Output.WriteJson(json => TaskRecord.Write(json, task, task.Payload, invocation.Get(showEnvironment)));
                }

                if (commands && !invocation.Get(showEnvironment))
                {
                    invocation.Output.Say("The environments of the commands are left out; imported commands use that of their worker. --show-env includes them.");
                }

                return ExitCode.Done;
            });
    }
}
