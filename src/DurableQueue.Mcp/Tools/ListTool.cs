using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using DurableQueue.Mcp.Calls;
using DurableQueue.Mcp.Views;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_list</c>: tasks by query, a page at a time.</summary>
internal sealed class ListTool() : QueueTool<ListTool.Input, ListTool.Result>(
    new ToolText(
        "queue_list",
        "List tasks",
        """
        Lists tasks of the queue, newest first, a page at a time. Without a query: all tasks. Queries: conditions on id, status, group, label, type, command, priority, attempt, after,
        enqueued, started, ended and duration with = != < <= > >= ~ (contains) and in (…), joined by and, or, not; then 'order by FIELD [asc|desc]' and 'limit N'. Status values: queued,
        running, done, failed, cancelled, finished, unfinished, ready, and the reasons why a task does not run, such as no-worker or group-paused. Examples: status=failed and group=ml;
        label~sweep and ended>-2h order by duration desc; command~pytest and status in (queued, running).
        """,
        ToolEffect.Reads),
    ToolJson.Default.ListToolInput,
    ToolJson.Default.ListToolResult)
{
    private const int DefaultLimit = 20;

    protected override async ValueTask<Result> RunAsync(Input input, ToolCall call, CancellationToken cancellationToken)
    {
        var filter = input.Query is { } text ? TaskFilter.Parse(text, call.Host.Time) : null;
        var query = new TaskQuery { Filter = filter, Order = TaskOrder.EnqueuedDescending, Limit = input.Limit ?? DefaultLimit, Cursor = ReadCursor(input.Cursor) };
        var inspector = call.Queue.Inspector;
        var page = await inspector.QueryAsync(query, cancellationToken).ConfigureAwait(false);
        var all = await TaskSummaries.ReadAsync(call.Host, page.Tasks, cancellationToken).ConfigureAwait(false);
        var shown = Fitting.First(all, input.MaxCharacters ?? call.Host.Options.DefaultCharacters, ToolJson.Default.TaskSummary);
        if (shown.Count < all.Count)
        {
            // Where the next page begins is known only to the queue.
            page = await inspector.QueryAsync(query with { Limit = shown.Count }, cancellationToken).ConfigureAwait(false);
        }

        return new Result { Tasks = shown, NextCursor = page.Next is { } next ? Write(next) : null };
    }

    private static string Write(TaskCursor cursor) => cursor.Key is { } key ? string.Create(CultureInfo.InvariantCulture, $"{cursor.Value}:{key}") : cursor.Value.ToString(CultureInfo.InvariantCulture);

    private static TaskCursor? ReadCursor(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var split = text.IndexOf(':', StringComparison.Ordinal);
        return long.TryParse(split < 0 ? text : text[..split], NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? new TaskCursor(value) { Key = split < 0 ? null : text[(split + 1)..] }
            : throw new ToolException("'cursor' is not valid; give the next_cursor of the page before, with the same query.");
    }

    internal sealed record Input
    {
        [Description("A query, such as: status=failed and group=ml order by ended desc.")]
        public string? Query { get; init; }

        [Description("The most tasks of the page. Default 20.")]
        [Range(1, 200)]
        public int? Limit { get; init; }

        [Description("next_cursor of the page before, with the same query.")]
        public string? Cursor { get; init; }

        [Description(Descriptions.MaxCharacters)]
        [Range(200, 100_000)]
        public int? MaxCharacters { get; init; }
    }

    internal sealed record Result
    {
        public required IReadOnlyList<TaskSummary> Tasks { get; init; }

        [Description("Where the next page begins; missing if this is the last one.")]
        public string? NextCursor { get; init; }
    }
}
