using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Workers;

namespace DurableQueue.Cli.Commands.Inspection;

/// <summary>The queue in one line, for prompts and status bars: a prompt must neither wait nor show errors.</summary>
internal static class StatusLine
{
    private const string NoQueue = "no queue";
    private const string Unavailable = "queue unavailable";

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    public static async Task WriteAsync(DqInvocation invocation, IReadOnlyList<string>? groups) =>
        invocation.Output.Text.WriteLine(SafeText.OneLine(await DescribeAsync(invocation, groups)));

    private static async Task<string> DescribeAsync(DqInvocation invocation, IReadOnlyList<string>? groups)
    {
        // Opening would create the file.
        if (!File.Exists(invocation.QueuePath))
        {
            return NoQueue;
        }

        try
        {
            var options = invocation.Has(GlobalOptions.BusyTimeout) ? invocation.Options : invocation.Options with { BusyTimeout = Patience };
            await using var queue = await SqliteTaskQueue.OpenAsync(invocation.QueuePath, options, invocation.Token);
            var read = await queue.Groups.ListAsync(invocation.Token);
            return Describe(
                [.. read.Where(group => groups?.Contains(group.Name) ?? true)], (await queue.Inspector.GetWorkersAsync(invocation.Token)).Any(WorkerPresence.RunsCommands));
        }
        catch (Exception e) when (Failures.IsKnown(e))
        {
            return Unavailable;
        }
    }

    private static string Describe(List<GroupInfo> groups, bool hasWorker)
    {
        var counts = groups.Aggregate(new StateCounts(), (sum, group) => sum + group.Counts);
        string[] parts =
        [
            Count(counts.CheckedOut, "running"),
            Count(counts.Queued, "queued"),
            Count(counts.Failed, "failed"),
            .. groups.Where(group => group.Paused && group.Counts.Unfinished > 0).Select(group => $"{group.Name} paused"),
            counts.Unfinished > 0 && !hasWorker ? "no worker" : "",
        ];
        return string.Join(", ", parts.Where(part => part.Length > 0)) is { Length: > 0 } line ? line : "idle";
    }

    private static string Count(long count, string word) => count > 0 ? $"{count} {word}" : "";
}
