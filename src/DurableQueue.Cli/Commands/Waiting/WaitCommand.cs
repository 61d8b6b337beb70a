using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Logs;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;
using DurableQueue.Queueing;

namespace DurableQueue.Cli.Commands.Waiting;

internal static class WaitCommand
{
    private const int MostNamed = 20;
    public static Command Create()
    {
        var ids = Values.Ids("The tasks.");
        var labels = Values.Texts("--label", "Tasks with this label. Repeatable.", "TEXT", "-l");
        var prefixes = Values.Texts("--label-prefix", "Tasks whose label begins with this text. Repeatable.", "TEXT");
        var groups = Values.Groups("Tasks of this group; with a label, only those that have both. Repeatable.");
        var all = Values.Flag("--all", "All unfinished tasks, and those added meanwhile.", "-a");
        var allTime = Values.Flag("--all-time", "Cover all tasks on record, whenever they ended.");
        var timeout = Values.Duration("--timeout", "Give up after this time, with exit code 6.");
        var failFast = Values.Flag("--fail-fast", "Stop waiting at the first task that does not succeed.");
        var verbose = Values.Flag("--verbose", "Write a line for each task that ends. Default: one line for all that ended within half a second.", "-v");
        var quiet = Values.Flag("--quiet", "Write nothing to standard error.", "-q");
        return new Command("wait", "Wait until tasks have ended. Exit codes: 2 if there are none, 5 if one did not succeed, 6 on timeout.")
            .With(ids, labels, prefixes, groups, all, allTime, timeout, failFast, verbose, quiet)
            .WithAction(async invocation =>
            {
                var given = invocation.Get(ids) ?? [];
                var selection = new TaskSelection(invocation.Get(labels) ?? [], invocation.Get(prefixes) ?? [], invocation.Get(groups) ?? []) { Own = RunSlot.OwnTask(invocation) };
                if ((given.Length > 0 ? 1 : 0) + (selection.IsAll ? 0 : 1) + (invocation.Get(all) ? 1 : 0) != 1)
                {
                    throw CliException.BadInput("Name what to wait for: ids; --label, --label-prefix and --group; or --all.");
                }

                invocation.AtMostOne(verbose, quiet);
                if (given.Length > 0 && invocation.Get(allTime))
                {
                    throw CliException.BadInput("--all-time is for labels, groups and --all; ids name their tasks, whenever they ended.");
                }

                RunSlot.RequireOthers(invocation, given);
                var queue = await invocation.OpenAsync();
                var from = await queue.Inspector.GetFinishSequenceAsync(invocation.Token) + 1;
                var covered = given.Length > 0
                    ? await ReadGivenAsync(queue, given, invocation.Token)
                    : await ReadSelectedAsync(queue, selection, invocation.Get(allTime), invocation.Token);
                var options = new WaitOptions { Timeout = invocation.Get(timeout), FailFast = invocation.Get(failFast) };
                var progress = invocation.Get(quiet) ? null : new WaitProgress(invocation, invocation.Get(verbose));
                var waiting = new SelectionWait(
                    queue, given.Length > 0 ? null : selection, covered, options, invocation.Time, (id, outcome) => progress?.Add(id, outcome));
                SayFirst(invocation, waiting, progress);
                var summary = await WithProgressAsync(
                    progress,
                    waiting,
                    () => WorkerWatch.WithWorkerAsync(invocation, () => waiting.Pending, cancellationToken => waiting.RunAsync(from, CancellationToken.None, cancellationToken)),
                    invocation.Token);
                return await ReportAsync(invocation, queue, summary, invocation.Get(quiet));
            });
    }

    private static async Task<Dictionary<TaskId, TaskInfo>> ReadGivenAsync(ITaskQueue queue, TaskId[] ids, CancellationToken cancellationToken)
    {
        var tasks = new Dictionary<TaskId, TaskInfo>();
        foreach (var id in ids)
        {
            tasks[id] = await queue.Inspector.GetAsync(id, cancellationToken) ?? throw new TaskNotFoundException(id);
        }

        return tasks;
    }

    private static async Task<Dictionary<TaskId, TaskInfo>> ReadSelectedAsync(
        ITaskQueue queue, TaskSelection selection, bool allTime, CancellationToken cancellationToken)
    {
        if (selection.IsAll && !allTime)
        {
            return await selection.ReadUnfinishedAsync(queue, cancellationToken);
        }

        var covered = await selection.ReadCoveredAsync(queue, allTime, cancellationToken);
        return covered.Count > 0 || selection.IsAll ? covered : throw CliException.WrongState($"No task on record has {selection}.");
    }

    private static void SayFirst(DqInvocation invocation, SelectionWait waiting, WaitProgress? progress)
    {
        if (progress is not null && waiting.CountLeft() is > 0 and var left)
        {
            invocation.Output.Say(left == 1 ? "Waiting for 1 task." : $"Waiting for {left} tasks.");
        }
    }

    private static async Task<WaitSummary> WithProgressAsync(
        WaitProgress? progress, SelectionWait waiting, Func<Task<WaitSummary>> wait, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var saying = progress?.RunAsync(waiting.CountLeft, ended.Token) ?? Task.CompletedTask;
        try
        {
            return await wait();
        }
        finally
        {
            await ended.CancelAsync();
            await saying;
        }
    }

    private static async Task<int> ReportAsync(DqInvocation invocation, ITaskQueue queue, WaitSummary summary, bool quiet)
    {
        var failed = summary.Failed + summary.Killed + summary.Cancelled + summary.DependencyFailed;
        if (!quiet)
        {
            foreach (var task in summary.Tasks.Where(task => task.IsFinished && task.Outcome != TaskOutcome.Succeeded).Take(MostNamed))
            {
                invocation.Output.Say(await Following.DescribeAsync(queue, task.Id, invocation.Token));
            }

            var open = summary.Total - summary.Succeeded - failed - summary.Removed;
            invocation.Output.Say($"{summary.Succeeded} of {summary.Total} succeeded, {failed} did not"
                + (summary.Removed > 0 ? $", {summary.Removed} were removed" : "")
                + (open > 0 ? $", {open} have not ended" : "")
                + $"; {TaskText.Span(summary.Elapsed)}{(summary.TimedOut ? "; timed out" : "")}.");
        }

        if (invocation.Json)
        {
            await WriteJsonAsync(invocation, queue, summary);
        }

        return failed > 0 ? ExitCode.TaskFailed
            : summary.TimedOut ? ExitCode.Timeout
            : summary.Removed > 0 ? ExitCode.NotFoundOrWrongState
            : ExitCode.Done;
    }

    private static async Task WriteJsonAsync(DqInvocation invocation, ITaskQueue queue, WaitSummary summary)
    {
        var tasks = await TaskViews.AddContentsAsync(queue, summary.Tasks, invocation.Token);
        invocation.Output.WriteJson(json =>
        {
            json.WriteStartObject("summary");
            json.WriteNumber("total", summary.Total);
            json.WriteNumber("succeeded", summary.Succeeded);
            json.WriteNumber("failed", summary.Failed);
            json.WriteNumber("killed", summary.Killed);
            json.WriteNumber("cancelled", summary.Cancelled);
            json.WriteNumber("dependency_failed", summary.DependencyFailed);
            json.WriteNumber("removed", summary.Removed);
            json.WriteBoolean("timed_out", summary.TimedOut);
            json.WriteEndObject();
            json.WriteStartArray("tasks");
            foreach (var task in tasks)
            {
                TaskJson.Write(json, task, invocation.Files, invocation.Time.GetUtcNow());
            }

            json.WriteEndArray();
            TaskJson.WriteSeconds(json, "elapsed_seconds", summary.Elapsed);
        });
    }
}
