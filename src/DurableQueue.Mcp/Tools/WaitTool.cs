using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using DurableQueue.Mcp.Calls;
using DurableQueue.Mcp.Views;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_wait</c>: waits until tasks have ended, for a limited time.</summary>
internal sealed class WaitTool() : QueueTool<WaitTool.Input, WaitTool.Result>(
    new ToolText(
        "queue_wait",
        "Wait for tasks",
        """
        Waits until tasks have ended, or until the time is over: then call it again. Name the tasks by ids, or by label, label_prefix and group: all unfinished ones that have these, and what
        has ended since the oldest of them was added. Shows how the tasks ended, those without success first. It sends progress while it waits, and can be cancelled; the tasks run on.
        """,
        ToolEffect.Reads),
    ToolJson.Default.WaitToolInput,
    ToolJson.Default.WaitToolResult)
{
    /// <summary>Below the time after which many clients give a call up.</summary>
    private const int DefaultSeconds = 50;

    protected override async ValueTask<Result> RunAsync(Input input, ToolCall call, CancellationToken cancellationToken)
    {
        var ids = await input.FindAsync(call, cancellationToken).ConfigureAwait(false);
        var limit = TimeSpan.FromSeconds(Math.Min(input.TimeoutSeconds ?? DefaultSeconds, call.Host.Options.LongestWait.TotalSeconds));
        var (end, summary) = await new TaskWait(call, ids).RunAsync(limit, input.FailFast ?? false, cancellationToken).ConfigureAwait(false);
        TaskInfo[] tasks = [.. summary.Tasks.OrderBy(Rank).ThenBy(task => task.Id)];
        var shown = tasks.Take(call.Host.Options.DefaultCharacters / 100).ToArray();
        var summaries = await TaskSummaries.ReadAsync(call.Host, shown, cancellationToken).ConfigureAwait(false);
        var fitting = Fitting.First(summaries, call.Host.Options.DefaultCharacters, ToolJson.Default.TaskSummary);
        return new Result
        {
            End = end,
            Total = summary.Total,
            Succeeded = summary.Succeeded,
            Unsuccessful = tasks.Count(task => task.IsFinished) - summary.Succeeded,
            Unfinished = tasks.Count(task => !task.IsFinished),
            Removed = summary.Removed == 0 ? null : summary.Removed,
            ElapsedSeconds = Times.Seconds(summary.Elapsed),
            Tasks = fitting,
            NotShown = tasks.Length == fitting.Count ? null : tasks.Length - fitting.Count,
            Note = end switch
            {
                WaitEnd.NoWorker => $"No worker takes these tasks. {call.Host.WorkerAdvice}",
                WaitEnd.TimeOver => "The tasks run on. Call queue_wait again, or come back later.",
                _ => null,
            },
        };
    }

    /// <summary>Those without success first, then the unfinished ones.</summary>
    private static int Rank(TaskInfo task) => task switch
    {
        { IsFinished: false } => 1,
        { Outcome: TaskOutcome.Succeeded } => 2,
        _ => 0,
    };

    internal sealed record Input
    {
        private const int PageSize = 10_000;

        [Description(Descriptions.Ids)]
        [ItemCount(1, PageSize)]
        public IReadOnlyList<long>? Ids { get; init; }

        [Description("Tasks with exactly this label.")]
        public string? Label { get; init; }

        [Description("Tasks whose label begins with this text.")]
        public string? LabelPrefix { get; init; }

        [Description("Tasks of this group.")]
        public string? Group { get; init; }

        [Description("How long to wait; 0 only looks. Default 50: many clients give a call up after a minute.")]
        [Range(0, 3_600)]
        public int? TimeoutSeconds { get; init; }

        [Description("Ends the wait as soon as a task ends without success. Default false.")]
        public bool? FailFast { get; init; }

        /// <exception cref="ToolException">Nothing is named, too much is, or no task on record has what is named.</exception>
        public async ValueTask<IReadOnlyList<TaskId>> FindAsync(ToolCall call, CancellationToken cancellationToken)
        {
            var isSelection = Label is not null || LabelPrefix is not null || Group is not null;
            if (isSelection == Ids is not null)
            {
                throw new ToolException("Name the tasks either by 'ids', or by 'label', 'label_prefix' and 'group'.");
            }

            if (Ids is not null)
            {
                return [.. Ids.Distinct().Select(id => new TaskId(id))];
            }

            var query = new TaskQuery { Label = Label, LabelPrefix = LabelPrefix, Groups = Group is null ? null : [Group], Limit = PageSize };
            var inspector = call.Queue.Inspector;
            var unfinished = (await inspector.QueryAsync(query with { States = [TaskState.Queued, TaskState.CheckedOut] }, cancellationToken).ConfigureAwait(false)).Tasks;
            var finished = (await inspector.QueryAsync(
                query with { States = [TaskState.Done, TaskState.Failed, TaskState.Cancelled], Order = TaskOrder.FinishedDescending }, cancellationToken).ConfigureAwait(false)).Tasks;
            var since = unfinished.Count == 0 ? DateTimeOffset.MinValue : unfinished.Min(task => task.EnqueuedAt);
            TaskId[] ids = [.. unfinished.Concat(finished.Where(task => task.FinishedAt >= since)).Select(task => task.Id).Distinct()];
            return ids.Length > 0 ? ids : throw new ToolException("No task on record has that label and group; queue_list shows what there is.");
        }
    }

    internal sealed record Result
    {
        [Description("Why the wait is over: all_ended, failure (with fail_fast), time_over or no_worker.")]
        public required WaitEnd End { get; init; }

        [Description("How many tasks it waited for.")]
        public required int Total { get; init; }

        public required int Succeeded { get; init; }

        [Description("How many ended otherwise.")]
        public required int Unsuccessful { get; init; }

        public required int Unfinished { get; init; }

        [Description("How many were removed meanwhile.")]
        public int? Removed { get; init; }

        public required double ElapsedSeconds { get; init; }

        [Description("The tasks: first those that ended without success, then the unfinished ones.")]
        public required IReadOnlyList<TaskSummary> Tasks { get; init; }

        [Description("How many more there are; queue_list shows them.")]
        public int? NotShown { get; init; }

        public string? Note { get; init; }
    }
}
