using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Retention;

internal static class CleanCommand
{
    public static Command Create()
    {
        var successfulOnly = Values.Flag("--successful-only", "Only tasks that succeeded.", "-s");
        var groups = Values.Groups("Only in this group. Repeatable.");
        var olderThan = Values.Age("--older-than", "Only tasks that ended longer ago than this: 30d, 12h.");
        var logsOlderThan = Values.Age("--logs-older-than", "Remove the logs of tasks that ended longer ago than this: 30d, 12h; without other options, the tasks are kept.");
        var emptyGroups = Values.Flag(
            "--remove-empty-groups", "Remove groups without tasks that were created by adding tasks and have not been changed since; without other options, the tasks are kept.");
        var dryRun = Values.Flag("--dry-run", "Only show what would be removed.");
        return new Command("clean", "Remove finished tasks and their logs. Writes a JSON report.")
            .With(successfulOnly, groups, olderThan, logsOlderThan, emptyGroups, dryRun)
            .WithAction(async invocation =>
            {
                var report = new CleanReport(invocation.Get(dryRun));
                var names = invocation.Get(groups) ?? [];
                await Targets.RequireGroupsAsync(invocation, names);
                var cleaning = new Cleaning(invocation, report, names.Length > 0 ? names : null);
                var age = invocation.Get(olderThan);

                // Asked only for old logs or empty groups, it keeps the tasks.
                if (age is not null || invocation.Get(successfulOnly) || (!invocation.Has(logsOlderThan) && !invocation.Get(emptyGroups)))
                {
                    await cleaning.RemoveTasksAsync(age ?? TimeSpan.Zero, invocation.Get(successfulOnly));
                }

                if (invocation.Get(logsOlderThan) is { } logAge)
                {
                    await cleaning.RemoveOldLogsAsync(logAge);
                }

                if (invocation.Get(emptyGroups))
                {
                    await cleaning.RemoveEmptyGroupsAsync();
                }

                report.Write(invocation);
                return ExitCode.Done;
            });
    }
}
