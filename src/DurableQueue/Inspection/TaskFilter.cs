namespace DurableQueue;

/// <summary>
/// A query in words, such as <c>status=failed and group=ml and label~sweep order by ended desc limit 10</c>: conditions, an order and a limit.
/// Give it to <see cref="TaskQuery.Filter"/>. The language is written down in <c>docs/query-language.md</c>.
/// </summary>
public sealed class TaskFilter
{
    /// <summary>The longest query, in characters.</summary>
    public const int MaxLength = 262_144;

    internal TaskFilter(string text, TaskFilterNode condition)
    {
        Text = text;
        Condition = condition;
    }

    /// <summary>The query as it was given.</summary>
    public string Text { get; }

    /// <summary>The most tasks in all, over all pages; <see langword="null"/> if the query does not say.</summary>
    public int? Limit { get; internal init; }

    /// <summary>Whether the query says an order; else <see cref="TaskQuery.Order"/> decides.</summary>
    public bool HasOrder => Order is not null;

    internal TaskFilterNode Condition { get; }

    internal TaskFilterField? Order { get; init; }

    internal bool Descending { get; init; }

    /// <summary>Reads a query. Words such as <c>today</c> and <c>-2h</c> are worked out here, once.</summary>
    /// <param name="query">At most <see cref="MaxLength"/> characters; empty means every task.</param>
    /// <param name="time">What time it is.</param>
    /// <param name="zone">Where days begin and clock times are read; default: the time provider's local zone.</param>
    /// <exception cref="TaskFilterException">It cannot be read; says at which column.</exception>
    public static TaskFilter Parse(string query, TimeProvider time, TimeZoneInfo? zone = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(time);
        return query.Length <= MaxLength
            ? new TaskFilterParser(query, time.GetUtcNow(), zone ?? time.LocalTimeZone).Parse()
            : throw new TaskFilterException(query, MaxLength + 1, $"the query has {query.Length} characters; at most {MaxLength} are allowed");
    }

    /// <summary>The query as it was given.</summary>
    public override string ToString() => Text;
}
