namespace DurableQueue;

/// <summary>
/// A query as text, such as <c>status=failed and group=ml and label~sweep order by ended desc limit 10</c>, with conditions, an order and a limit, for
/// <see cref="TaskQuery.Filter"/>. The language is documented in <c>docs/query-language.md</c>.
/// </summary>
public sealed class TaskFilter
{
    /// <summary>The maximum length of a query, in characters.</summary>
    public const int MaxLength = 262_144;

    internal TaskFilter(string text, TaskFilterNode condition)
    {
        Text = text;
        Condition = condition;
    }

    /// <summary>The text of the query.</summary>
    public string Text { get; }

    /// <summary>The maximum number of tasks in all pages together; <see langword="null"/> if the query has no limit.</summary>
    public int? Limit { get; internal init; }

    /// <summary>Whether the query has an order. If not, <see cref="TaskQuery.Order"/> applies.</summary>
    public bool HasOrder => Order is not null;

    internal TaskFilterNode Condition { get; }

    internal TaskFilterField? Order { get; init; }

    internal bool Descending { get; init; }

    /// <summary>Parses a query. Relative times such as <c>today</c> and <c>-2h</c> are resolved once, at this point.</summary>
    /// <param name="query">The query, at most <see cref="MaxLength"/> characters. An empty query selects all tasks.</param>
    /// <param name="time">The clock.</param>
    /// <param name="zone">The time zone of days and times of day. <see langword="null"/> means the local zone of <paramref name="time"/>.</param>
    /// <exception cref="TaskFilterException">The query is not valid. The exception says why, and at which column.</exception>
    public static TaskFilter Parse(string query, TimeProvider time, TimeZoneInfo? zone = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(time);
        return query.Length <= MaxLength
            ? new TaskFilterParser(query, time.GetUtcNow(), zone ?? time.LocalTimeZone).Parse()
            : throw new TaskFilterException(query, MaxLength + 1, $"the query has {query.Length} characters, but at most {MaxLength} are allowed");
    }

    /// <summary>The text of the query.</summary>
    public override string ToString() => Text;
}
