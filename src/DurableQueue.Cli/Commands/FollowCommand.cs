using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Commands;

internal static class FollowCommand
{
    public static Command Create()
    {
        var ids = Values.Ids("The tasks. With several, each line begins with the id of its task.", required: true);
        var lines = Values.Number("--lines", "Begin with the last N lines that are there. Default: all.", "-n");
        return new Command("follow", "Show the output of tasks as it comes, until they have ended.")
            .With(ids, lines)
            .Does(invocation => Following.FollowAsync(invocation, invocation.Get(ids)!, CheckLines(invocation.Get(lines))));
    }

    public static int? CheckLines(int? lines) => lines is < 0 ? throw CliException.BadInput("--lines must not be negative.") : lines;
}
