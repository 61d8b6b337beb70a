using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Commands.Files;

internal static class RestoreCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The backup; it is checked first and only read." };
        return new Command("restore", "Replace the queue by a backup. No program may have the queue open; the replaced file is kept.")
            .With(file)
            .WithAction(async invocation =>
            {
                var backup = UserPath.Resolve(invocation.Get(file)!, "The backup");
                var replaced = await SqliteTaskQueue.RestoreAsync(backup, invocation.QueuePath, invocation.Options, invocation.Token);
                KnownQueues.Add(invocation.QueuePath);
                invocation.Output.Say(
                    $"The queue {invocation.QueuePath} was restored from {backup}." + (replaced is null ? "" : $" The previous file is kept as {replaced}."));
                if (invocation.Json)
                {
                    invocation.Output.WriteJson(json =>
                    {
                        json.WriteString("queue", invocation.QueuePath);
                        json.WriteString("backup", backup);
                        json.WriteString("replaced", replaced);
                    });
                }

                return ExitCode.Done;
            });
    }
}
