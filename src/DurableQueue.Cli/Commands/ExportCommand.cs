using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands;

internal static class ExportCommand
{
    public static Command Create()
    {
        var query = new Argument<string?>("query") { Description = "Which tasks. Default: all.", Arity = ArgumentArity.ZeroOrOne };
        var showEnvironment = Values.Flag("--show-env", "The environments of commands too, with all that is secret in them.");
        return new Command("export", "Write tasks as JSON lines, for 'dq import'.")
            .With(query, showEnvironment)
            .Does(async invocation =>
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
                    invocation.Output.Say("The environments of the commands are left out: imported, they get that of their worker. --show-env writes them.");
                }

                return ExitCode.Done;
            });
    }
}
