using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Commands.Files;

internal static class BackupCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The file to create; it must not exist." };
        return new Command("backup", "Copy the queue to a file while it is in use. The logs of commands are not included.")
            .With(file)
            .WithAction(async invocation =>
            {
                var target = UserPath.Resolve(invocation.Get(file)!, "The file");
                await (await invocation.OpenAsync()).BackupToAsync(target, invocation.Token);
                invocation.Output.Say($"The queue was copied to {target}.");
                if (invocation.Json)
                {
                    invocation.Output.WriteJson(json =>
                    {
                        json.WriteString("queue", invocation.QueuePath);
                        json.WriteString("backup", target);
                    });
                }

                return ExitCode.Done;
            });
    }
}
