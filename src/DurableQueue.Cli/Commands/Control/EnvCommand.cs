using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands.Control;

internal static class EnvCommand
{
    public static Command Create() => new Command("env", "Show and change the environment of a task: list, set, unset.").With(List(), Set(), Unset());

    private static Command List()
    {
        var id = Values.Id("id", "The task.");
        var show = Values.Flag("--show-env", "Show the values too. Those of names that suggest secrets (*TOKEN*, *PASSWORD*, …) stay hidden.");
        return new Command("list", "Show the variables of a task.")
            .With(id, show)
            .WithAction(async invocation =>
            {
                var view = await TaskViews.RequireAsync(await invocation.OpenAsync(), invocation.Get(id), invocation.Token);
                if (!view.IsCommand)
                {
                    throw CliException.WrongState($"Task {view.Id} is not a command (its type is {view.Info.Type}).");
                }

                var variables = view.ReadEnvironment();
                var shown = invocation.Get(show);
                var values = new CommandSecrets(CommandSecrets.DefaultPatterns).Hide(variables ?? new Dictionary<string, string>());
                if (invocation.Json)
                {
                    invocation.Output.WriteJson(json =>
                    {
                        json.WriteNumber("id", view.Id.Value);
                        json.WriteBoolean("inherits", variables is null);
                        json.WriteStartArray("names");
                        foreach (var name in values.Keys)
                        {
                            json.WriteStringValue(name);
                        }

                        json.WriteEndArray();
                        if (shown)
                        {
                            TaskJson.WriteTexts(json, "environment", values);
                        }
                    });
                    return ExitCode.Done;
                }

                if (variables is null)
                {
                    invocation.Output.Say($"Task {view.Id} uses the environment of its worker.");
                }

                foreach (var (name, value) in values)
                {
                    invocation.Output.Text.WriteLine(SafeText.OneLine(shown ? $"{name}={value}" : name));
                }

                return ExitCode.Done;
            });
    }

    private static Command Set()
    {
        var id = Values.Id("id", "A queued task.");
        var name = new Argument<string>("name") { Description = "The variable." };
        var value = new Argument<string>("value") { Description = "Its value." };
        return new Command("set", "Set an environment variable of a queued task.")
            .With(id, name, value)
            .WithAction(invocation => ChangeAsync(invocation, invocation.Get(id), variables => variables[invocation.Get(name)!] = invocation.Get(value)!));
    }

    private static Command Unset()
    {
        var id = Values.Id("id", "A queued task.");
        var name = new Argument<string>("name") { Description = "The variable." };
        return new Command("unset", "Remove an environment variable of a queued task.")
            .With(id, name)
            .WithAction(invocation => ChangeAsync(invocation, invocation.Get(id), variables =>
            {
                if (!variables.Remove(invocation.Get(name)!))
                {
                    throw CliException.WrongState($"Task {invocation.Get(id)} has no variable {invocation.Get(name)}.");
                }
            }));
    }

    private static async Task<int> ChangeAsync(DqInvocation invocation, TaskId id, Action<Dictionary<string, string>> change)
    {
        var report = new ActionReport();
        await report.DoAsync(id, async () =>
        {
            var command = await TaskEditing.ReadAsync(invocation, id);

            // A task that used the worker's environment gets its own from now on: that of this shell.
            var variables = (command.Environment ?? CommandTask.CaptureEnvironment()).ToDictionary(StringComparer.Ordinal);
            change(variables);
            await TaskEditing.SaveAsync(invocation, id, command with { Environment = variables });
            return "changed";
        });
        return report.Finish(invocation);
    }
}
