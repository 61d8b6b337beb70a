using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Commands;

internal static class RestoreCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The backup; it is checked first, and only read." };
        return new Command("restore", "Put a backup in the place of the queue, which nobody may have open. The file that is replaced is kept.")
            .With(file)
            .Does(async invocation =>
            {
                var backup = UserPath.Resolve(invocation.Get(file)!, "The backup");
                var replaced = await SqliteTaskQueue.RestoreAsync(backup, invocation.QueuePath, invocation.Options, invocation.Token);
                invocation.Output.Say(
                    $"The queue {invocation.QueuePath} was restored from {backup}." + (replaced is null ? "" : $" What was there before is kept as {replaced}."));
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
