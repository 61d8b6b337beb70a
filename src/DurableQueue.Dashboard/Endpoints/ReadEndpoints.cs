using DurableQueue.Dashboard.Views;
using DurableQueue.Hosting;
using static DurableQueue.Dashboard.DashboardPermission;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>The overview, the board and lists of tasks.</summary>
internal static class ReadEndpoints
{
    private const int Column = 50;
    private const int LongestPage = 200;

    public static readonly IReadOnlyList<ApiEndpoint> All =
    [
        ApiEndpoint.Get("overview", View, OverviewAsync),
        ApiEndpoint.Get("board", View, BoardAsync),
        ApiEndpoint.Get("tasks", View, TasksAsync),
    ];

    private static Task OverviewAsync(ApiCall call) => call.AnswerSharedAsync(
        async (_, token) =>
        {
            var change = call.Source.Changes.Change;
            var groups = await call.Queue.Groups.ListAsync(token).ConfigureAwait(false);
            var counts = await call.Queue.Inspector.CountAsync(token).ConfigureAwait(false);
            var workers = await call.Queue.Inspector.GetWorkersAsync(token).ConfigureAwait(false);
            var pending = await call.Queue.Approvals.ListPendingAsync(cancellationToken: token).ConfigureAwait(false);
            var live = workers.Where(worker => worker.IsLive).ToArray();
            return new OverviewView
            {
                Change = change,
                Counts = CountsView.Of(counts),
                Groups = [.. groups.Select(GroupView.Of)],
                Workers = new WorkersSummary(live.Length, live.Sum(worker => worker.Capacity ?? 0), groups.Sum(group => (long)group.Running)),
                Approvals = new ApprovalsSummary(pending.Count),
                Health = await HealthAsync(call.Queue, token).ConfigureAwait(false),
            };
        },
        ViewJson.Default.OverviewView);

    /// <summary>What is stored, without the way through the writer that the page of the health measures: that would cost a turn of it for each change.</summary>
    private static async ValueTask<HealthSummary?> HealthAsync(ITaskQueue shown, CancellationToken cancellationToken)
    {
        if (shown is not TaskQueue queue)
        {
            return null;
        }

        string[] troubles = [.. QueueHealthCheck.Troubles(await queue.ReadHealthAsync(cancellationToken).ConfigureAwait(false))];
        return troubles.Length == 0 ? new HealthSummary("healthy", "The queue works.") : new HealthSummary("degraded", string.Join(' ', troubles));
    }

    private static async Task BoardAsync(ApiCall call)
    {
        var query = await QueryAsync(call).ConfigureAwait(false) with { Limit = Column };
        if (query.Filter is { HasOrder: true } or { Limit: not null })
        {
            throw ApiProblemException.BadInput("q", "The board has its own order and length: remove 'order by' and 'limit' from the query.");
        }

        await call.AnswerSharedAsync(
            async (mayView, token) =>
            {
                var change = call.Source.Changes.Change;
                var groups = await call.Queue.Groups.ListAsync(token).ConfigureAwait(false);
                var counts = await call.Queue.Inspector.CountAsync(token).ConfigureAwait(false);
                var rows = await RowReader.CreateAsync(call, mayView, groups, token).ConfigureAwait(false);
                return new BoardView
                {
                    Change = change,
                    Queued = await rows.ReadAsync(query with { States = [TaskState.Queued], Order = TaskOrder.Run }).ConfigureAwait(false),
                    Active = await rows.ReadAsync(query with { States = [TaskState.CheckedOut] }).ConfigureAwait(false),
                    Done = await rows.ReadAsync(query with { States = [TaskState.Done, TaskState.Failed, TaskState.Cancelled], Order = TaskOrder.FinishedDescending }).ConfigureAwait(false),
                    Counts = query.Groups is [var only] ? CountsView.Of(counts, only) : CountsView.Of(counts),
                };
            },
            ViewJson.Default.BoardView).ConfigureAwait(false);
    }

    private static async Task TasksAsync(ApiCall call)
    {
        var query = await QueryAsync(call).ConfigureAwait(false) with
        {
            Limit = call.Number("limit", Column, 1, LongestPage),
            Order = OrderOf(call.Query("order")),
            Cursor = Cursor.Read(call.Query("cursor")),
        };
        await call.AnswerSharedAsync(
            async (mayView, token) =>
            {
                var page = await call.Queue.Inspector.QueryAsync(query, token).ConfigureAwait(false);
                var rows = await RowReader.CreateAsync(call, mayView, await call.Queue.Groups.ListAsync(token).ConfigureAwait(false), token).ConfigureAwait(false);
                return new TaskListView
                {
                    Tasks = await rows.ReadAsync(page.Tasks).ConfigureAwait(false),
                    Next = Cursor.Write(page.Next),
                    Searched = SearchedView.Of(page),
                };
            },
            ViewJson.Default.TaskListView).ConfigureAwait(false);
    }

    private static async ValueTask<TaskQuery> QueryAsync(ApiCall call) => await QueryAsync(call, call.Query("q")).ConfigureAwait(false) with
    {
        Groups = call.Query("group") is { } group ? [group] : null,
        Types = call.Query("type") is { } type ? [type] : null,
        Label = call.Query("label"),
    };

    /// <exception cref="TaskFilterException">The query is wrong.</exception>
    /// <exception cref="ApiProblemException">The viewer may not search by what it names.</exception>
    public static async ValueTask<TaskQuery> QueryAsync(ApiCall call, string? text)
    {
        var filter = string.IsNullOrEmpty(text) ? null : TaskFilter.Parse(text, call.Source.Time);
        if (filter is not null && FilterFields.ReadPayloads(filter))
        {
            // Whoever may search by it can find out what it is, letter by letter.
            await call.RequireAsync(ViewPayloads).ConfigureAwait(false);
        }

        return new TaskQuery { Filter = filter, ReadLimit = Reading.Limit };
    }

    private static TaskOrder OrderOf(string? order) => order switch
    {
        null or "enqueued" => TaskOrder.Enqueued,
        "enqueuedDescending" => TaskOrder.EnqueuedDescending,
        "finished" => TaskOrder.Finished,
        "finishedDescending" => TaskOrder.FinishedDescending,
        "run" => TaskOrder.Run,
        _ => throw ApiProblemException.BadInput("order", $"order is '{order}', but must be enqueued, enqueuedDescending, finished, finishedDescending or run."),
    };
}
