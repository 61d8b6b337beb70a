using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;

namespace DurableQueue.Cli.Commands;

internal static class WaitCommand
{
    private const int MostNamed = 20;
    private const int PageSize = 10_000;

    public static Command Create()
    {
        var ids = Values.Ids("The tasks.");
        var label = Values.Text("--label", "All tasks with this label, including finished ones.", "TEXT", "-l");
        var prefix = Values.Text("--label-prefix", "All tasks whose label begins with this text, including finished ones.", "TEXT");
        var group = Values.Group("All unfinished tasks of this group, and those added meanwhile.");
        var all = Values.Flag("--all", "All unfinished tasks, and those added meanwhile.", "-a");
        var timeout = Values.Duration("--timeout", "Give up after this time, with exit code 6.");
        var failFast = Values.Flag("--fail-fast", "Stop waiting at the first task that does not succeed.");
        var quiet = Values.Flag("--quiet", "Write nothing to standard error.", "-q");
        return new Command("wait", "Wait until tasks have ended. Exit codes: 5 if one did not succeed, 6 on timeout.")
            .With(ids, label, prefix, group, all, timeout, failFast, quiet)
            .WithAction(async invocation =>
            {
                var (tasks, one, start, lane) = (invocation.Get(ids) ?? [], invocation.Get(label), invocation.Get(prefix), invocation.Get(group));
                bool[] ways = [tasks.Length > 0, one is not null, start is not null, lane is not null, invocation.Get(all)];
                if (ways.Count(way => way) != 1)
                {
                    throw CliException.BadInput("Name what to wait for: ids, --label, --label-prefix, --group or --all.");
                }

                var queue = await invocation.OpenAsync();
                if (lane is not null && await queue.Groups.GetAsync(lane, invocation.Token) is null)
                {
                    throw new GroupNotFoundException(lane);
                }

                var selector = one is not null ? TaskSelector.ByLabel(one)
                    : start is not null ? TaskSelector.ByLabelPrefix(start)
                    : lane is not null ? TaskSelector.ByGroup(lane)
                    : tasks.Length > 0 ? TaskSelector.ByIds(tasks)
                    : TaskSelector.All;
                var batch = one is not null || start is not null;
                var over = batch && invocation.Get(failFast) && await HasFailedAsync(queue, one, start, invocation.Token);
                var waitOptions = new WaitOptions { Timeout = over ? TimeSpan.Zero : invocation.Get(timeout), FailFast = invocation.Get(failFast) };
                var awaited = new AwaitedTasks { Ids = tasks.Length > 0 ? tasks : null, Label = one, LabelPrefix = start, Group = lane };
                var summary = await WorkerWatch.WithWorkerAsync(
                    invocation, awaited, cancellationToken => queue.Inspector.WaitAsync(selector, waitOptions, cancellationToken).AsTask());
                if (batch)
                {
                    summary = await AddEndedAsync(queue, summary with { TimedOut = summary.TimedOut && !over }, one, start, invocation.Token);
                }

                return await ReportAsync(invocation, queue, summary, invocation.Get(quiet));
            });
    }

    private static async Task<bool> HasFailedAsync(ITaskQueue queue, string? label, string? prefix, CancellationToken cancellationToken)
    {
        var query = new TaskQuery { Label = label, LabelPrefix = prefix, States = [TaskState.Failed, TaskState.Cancelled], Limit = 1 };
        return (await queue.Inspector.QueryAsync(query, cancellationToken)).Tasks.Count > 0;
    }

    /// <summary>A label names a batch, so tasks of it that ended before the wait began count too.</summary>
    private static async Task<WaitSummary> AddEndedAsync(ITaskQueue queue, WaitSummary summary, string? label, string? prefix, CancellationToken cancellationToken)
    {
        var known = summary.Tasks.Select(task => task.Id).ToHashSet();
        var ended = new List<TaskInfo>();
        var query = new TaskQuery { Label = label, LabelPrefix = prefix, States = [TaskState.Done, TaskState.Failed, TaskState.Cancelled] };
        await foreach (var task in TaskViews.ReadInfosAsync(queue, query, PageSize, cancellationToken))
        {
            if (known.Add(task.Id))
            {
                ended.Add(task);
            }
        }

        return summary with
        {
            Tasks = [.. summary.Tasks.Concat(ended).OrderBy(task => task.Id)],
            Total = summary.Total + ended.Count,
            Succeeded = summary.Succeeded + ended.Count(task => task.Outcome == TaskOutcome.Succeeded),
            Killed = summary.Killed + ended.Count(task => task.Outcome == TaskOutcome.Killed),
            Cancelled = summary.Cancelled + ended.Count(task => task.Outcome == TaskOutcome.Cancelled),
            DependencyFailed = summary.DependencyFailed + ended.Count(task => task.Outcome == TaskOutcome.DependencyFailed),
            Failed = summary.Failed + ended.Count(task => task.Outcome is TaskOutcome.Failed or TaskOutcome.TimedOut or TaskOutcome.Abandoned or TaskOutcome.Rejected),
        };
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
