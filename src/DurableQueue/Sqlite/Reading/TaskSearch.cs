using System.Data;
using DurableQueue.Queueing;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>
/// One page of a query that looks at its tasks one by one: it stops at the limit of the query, and sees a state of the file for at most a quarter of a
/// second, then a later one.
/// </summary>
internal sealed class TaskSearch
{
    /// <summary>How long to search in one state; the rest of the quarter of a second is for reading what was found.</summary>
    private static readonly TimeSpan LongestSearch = TimeSpan.FromMilliseconds(150);

    /// <summary>The same where what was found has to be sorted before the state is left.</summary>
    private static readonly TimeSpan LongestSearchBeforeSort = TimeSpan.FromMilliseconds(60);

    private readonly TimeProvider time;
    private readonly TaskQuery query;
    private readonly ReadLimit? limit;
    private readonly long nowMs;
    private readonly int? left;
    private readonly int size;
    private readonly bool isPositioned;
    private readonly List<TaskInfoRow> page = [];
    private readonly bool isSorted;
    private IReadOnlyList<long> best = [];
    private WalkPlace? place;
    private long rows;
    private TimeSpan searched;

    public TaskSearch(TaskQuery query, TimeProvider time)
    {
        this.time = time;
        this.query = query;
        limit = query.ReadLimit;
        isSorted = SearchOrder.IsSorted(query);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        isPositioned = query.Order == TaskOrder.Run || query.Filter is { HasOrder: true } or { Limit: not null };
        var position = isPositioned ? QueryPosition.Read(query.Cursor) : null;
        if (query.Cursor is { } cursor && (position is null) == isPositioned)
        {
            throw QueryPosition.OfAnotherQuery();
        }

        nowMs = position?.NowMs ?? now;
        left = isPositioned ? position?.Left ?? query.Filter?.Limit : null;
        size = Math.Min(query.Limit, left ?? int.MaxValue);
        place = position is not null ? new WalkPlace(position.Value, position.Key) : query.Cursor is { } plain ? new WalkPlace(plain.Value) : null;
        if (query.Order == TaskOrder.Run && query.Filter?.HasOrder != true && position is not null && (position.Key as string is not { } key || Groups.RunPlace.TryParse(key) is null))
        {
            throw QueryPosition.OfAnotherQuery();
        }
    }

    /// <summary>Whether the query is for this; others are one statement.</summary>
    public static bool IsFor(TaskQuery query) => query.ReadLimit is not null || (query.Order == TaskOrder.Run && query.Filter?.HasOrder != true);

    /// <summary>Searches in one state of the file.</summary>
    /// <returns>The page; <see langword="null"/> if the search has to continue in another state.</returns>
    public TaskPage? Continue(SqliteConnection connection)
    {
        var found = new List<(long Id, WalkPlace Place)>();
        var began = time.GetTimestamp();
        var (seen, end) = Search(connection, found, began);
        var read = isSorted ? [] : ReadRows(connection, found.ConvertAll(task => task.Id));
        var sorted = isSorted ? Sort(connection, found, end) : null;

        // Nothing is noted before the reads have succeeded: a busy file makes them run again.
        rows += seen.Rows;
        place = seen.Place;
        page.AddRange(read);
        best = sorted is null ? best : [.. sorted.Tasks.Select(task => task.Id.Value)];
        searched += time.GetElapsedTime(began);
        return end == SearchEnd.State ? null : (sorted ?? Page(end)) with { Searched = limit is null ? null : new SearchedTasks(rows, end != SearchEnd.Limit) };
    }

    private ((long Rows, WalkPlace? Place) Seen, SearchEnd End) Search(SqliteConnection connection, List<(long Id, WalkPlace Place)> found, long began)
    {
        var most = isSorted ? int.MaxValue : size - page.Count;
        var seen = (Rows: 0L, Place: isSorted && rows == 0 ? null : place);
        using var walk = SearchOrder.Open(connection, query, seen.Place, nowMs);
        while (true)
        {
            if (found.Count == most)
            {
                return (seen, IsMore(walk) ? SearchEnd.Full : SearchEnd.All);
            }

            if (seen.Rows > 0 && limit is not null && EndOf(seen.Rows, time.GetElapsedTime(began)) is { } end)
            {
                return (seen, end);
            }

            if (!walk.Step())
            {
                return (seen, SearchEnd.All);
            }

            seen = (seen.Rows + 1, walk.Place);
            if (walk.IsWanted)
            {
                found.Add((walk.Id, walk.Place));
            }
        }
    }

    /// <summary>To sort what was found takes about as long as to find it.</summary>
    private SearchEnd? EndOf(long seen, TimeSpan elapsed) =>
        rows + seen >= limit!.MaxRows || searched + elapsed >= (isSorted ? limit.MaxTime / 2 : limit.MaxTime) ? SearchEnd.Limit
        : elapsed >= (isSorted ? LongestSearchBeforeSort : LongestSearch) ? SearchEnd.State
        : null;

    /// <summary>Whether a page follows. With a limit, any further task is reason enough: to look for one that is wanted could take long.</summary>
    private bool IsMore(TaskWalk walk)
    {
        var more = walk.Step();
        while (more && limit is null && !walk.IsWanted)
        {
            more = walk.Step();
        }

        return more;
    }

    private TaskPage Page(SearchEnd end)
    {
        var stillLeft = left - page.Count;
        var next = end == SearchEnd.All || stillLeft == 0 || place is not { } last ? default(TaskCursor?)
            : isPositioned ? new QueryPosition(last.Value, stillLeft, nowMs, last.Key).ToCursor()
            : new TaskCursor(last.Value);
        return new TaskPage([.. page.Select(row => row.ToInfo(nowMs))], next);
    }

    /// <summary>
    /// The tasks that were found are sorted by the store, as a query for their ids. If the search continues, one more than the page is kept: it tells whether
    /// another page follows.
    /// </summary>
    private TaskPage Sort(SqliteConnection connection, List<(long Id, WalkPlace Place)> found, SearchEnd end) => FilteredPages.Run(
        connection,
        new TaskQuery
        {
            Ids = [.. best.Concat(found.Select(task => task.Id)).Select(id => new TaskId(id))],
            Limit = query.Limit + (end == SearchEnd.State ? 1 : 0),
            Cursor = query.Cursor,
        },
        query.Filter!,
        nowMs);

    private static List<TaskInfoRow> ReadRows(SqliteConnection connection, List<long> ids)
    {
        if (ids.Count == 0)
        {
            return [];
        }

        var sql = new TaskSql();
        sql.AndIn("t.id", "@ids", ids);
        var rows = sql.Run(connection, "FROM task t", "").ToDictionary(row => row.Id);
        return ids.ConvertAll(id => rows.GetValueOrDefault(id) ?? throw new DataException($"the task {id} has no type or group"));
    }

    private enum SearchEnd
    {
        /// <summary>There are no more tasks.</summary>
        All,

        /// <summary>The page is full.</summary>
        Full,

        /// <summary>The limit of the query.</summary>
        Limit,

        /// <summary>The state was read for long enough.</summary>
        State,
    }
}
