using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Commands;

internal static class BackupCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The new file; nothing by that name may exist." };
        return new Command("backup", "Copy the queue into a file, while work continues. The logs of commands are not in it.")
            .With(file)
            .Does(async invocation =>
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
