using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Commands;

internal static class FollowCommand
{
    public static Command Create()
    {
        var ids = Values.Ids("The tasks. With several, each line begins with the id of its task.", required: true);
        var lines = Values.Number("--lines", "Start with the last N lines. Default: all.", "-n");
        return new Command("follow", "Show the output of tasks as it is written, until they have ended.")
            .With(ids, lines)
            .WithAction(invocation => Following.FollowAsync(invocation, invocation.Get(ids)!, CheckLines(invocation.Get(lines))));
    }

    public static int? CheckLines(int? lines) => lines is < 0 ? throw CliException.BadInput("--lines must not be negative.") : lines;
}
