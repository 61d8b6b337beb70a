namespace DurableQueue;

/// <summary>A query that cannot be read; the message says what is wrong, where, and what would do.</summary>
public sealed class TaskFilterException : FormatException
{
    /// <summary>Says what is wrong at a place of the query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="column">Where it goes wrong, from 1.</param>
    /// <param name="reason">What is wrong there.</param>
    public TaskFilterException(string query, int column, string reason)
        : base($"{reason} (column {column})")
    {
        Query = query;
        Column = column;
        Reason = reason;
    }

    /// <summary>The query.</summary>
    public string Query { get; }

    /// <summary>Where it goes wrong: the character, counted from 1; one more than the length if something is missing at the end.</summary>
    public int Column { get; }

    /// <summary>What is wrong there, without the place.</summary>
    public string Reason { get; }
}
