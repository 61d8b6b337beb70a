using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using DurableQueue.Mcp.Calls;
using DurableQueue.Mcp.Views;
using TaskSelection = DurableQueue.Queueing.TaskSelection;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_wait</c>: waits until tasks have ended, for a limited time.</summary>
internal sealed class WaitTool() : QueueTool<WaitTool.Input, WaitTool.Result>(
    new ToolText(
        "queue_wait",
        "Wait for tasks",
        """
        Waits until tasks have ended, or until the time is over: then call it again. Name the tasks by ids, or by label, label_prefix and group: all unfinished ones that have these, what has
        ended since the oldest of them was added, and what is added during the wait. Shows how the tasks ended, those without success first. It sends progress while it waits, and can be cancelled; the tasks run on.
        """,
        ToolEffect.Reads),
    ToolJson.Default.WaitToolInput,
    ToolJson.Default.WaitToolResult)
{
    /// <summary>Below the time after which many clients give a call up.</summary>
    private const int DefaultSeconds = 50;

    protected override async ValueTask<Result> RunAsync(Input input, ToolCall call, CancellationToken cancellationToken)
    {
        var target = await input.FindAsync(call, cancellationToken).ConfigureAwait(false);
        var limit = TimeSpan.FromSeconds(Math.Min(input.TimeoutSeconds ?? DefaultSeconds, call.Host.Options.LongestWait.TotalSeconds));
        using var waiting = call.WhileConnected(cancellationToken);
        var (end, summary) = await new TaskWait(call, target).RunAsync(limit, input.FailFast ?? false, waiting.Token).ConfigureAwait(false);
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
        /// <exception cref="TaskNotFoundException">There is no such task.</exception>
        public async ValueTask<WaitTarget> FindAsync(ToolCall call, CancellationToken cancellationToken)
        {
            var isSelection = Label is not null || LabelPrefix is not null || Group is not null;
            if (isSelection == Ids is not null)
            {
                throw new ToolException("Name the tasks either by 'ids', or by 'label', 'label_prefix' and 'group'.");
            }

            // Read first: what ends from now on is either in what is covered, or seen by the wait.
            var from = await call.Queue.Inspector.GetFinishSequenceAsync(cancellationToken).ConfigureAwait(false) + 1;
            if (Ids is not null)
            {
                return new WaitTarget(null, await ReadAsync(call, [.. Ids.Distinct().Select(id => new TaskId(id))], cancellationToken).ConfigureAwait(false), from);
            }

            if (Label is not null && LabelPrefix is not null)
            {
                throw new ToolException("Give either 'label' or 'label_prefix'.");
            }

            var selection = new TaskSelection(OneOf(Label), OneOf(LabelPrefix), OneOf(Group));
            var covered = await selection.ReadCoveredAsync(call.Queue, allTime: false, cancellationToken).ConfigureAwait(false);
            return covered.Count > 0
                ? new WaitTarget(selection, covered, from)
                : throw new ToolException($"No task on record has {selection}; queue_list shows what there is.");
        }

        private static string[] OneOf(string? value) => value is null ? [] : [value];

        private static async ValueTask<Dictionary<TaskId, TaskInfo>> ReadAsync(ToolCall call, TaskId[] ids, CancellationToken cancellationToken)
        {
            var found = (await call.Queue.Inspector.QueryAsync(new TaskQuery { Ids = ids, Limit = PageSize }, cancellationToken).ConfigureAwait(false)).Tasks.ToDictionary(task => task.Id);
            return found.Count == ids.Length ? found : throw new TaskNotFoundException(ids.First(id => !found.ContainsKey(id)));
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
