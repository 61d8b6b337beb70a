using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Logs;

internal static class FollowCommand
{
    public static Command Create()
    {
        var ids = Values.Ids("The tasks. With several, each line begins with the id of its task.", required: true);
        var lines = Values.Number("--lines", "Start with the last N lines. Default: all.", "-n");
        var exitCode = Values.Flag("--exit-code", "Exit with the exit code of the command, as 'dq run' does. For one task.");
        return new Command("follow", "Show the output of tasks as it is written, until they have ended.")
            .With(ids, lines, exitCode)
            .WithAction(async invocation =>
            {
                var tasks = invocation.Get(ids)!;
                if (invocation.Get(exitCode) && tasks.Length > 1)
                {
                    throw CliException.BadInput("--exit-code is for one task; 'dq wait' tells how several have ended.");
                }

                var code = await Following.FollowAsync(
                    invocation, tasks, CheckLines(invocation.Get(lines)), describe: !invocation.Get(exitCode));
                if (!invocation.Get(exitCode) || code == ExitCode.Detached)
                {
                    return code;
                }

                var queue = await invocation.OpenAsync();
                return await RunExitCode.ReportAsync(invocation, queue, await TaskViews.RequireAsync(queue, tasks[0], invocation.Token));
            });
    }

    public static int? CheckLines(int? lines) => lines is < 0 ? throw CliException.BadInput("--lines must not be negative.") : lines;
}
