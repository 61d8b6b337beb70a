namespace DurableQueue;

/// <summary>Thrown when a <see cref="TaskFilter"/> is not valid. The message says what is wrong, and where.</summary>
public sealed class TaskFilterException : FormatException
{
    /// <summary>Creates an exception with the query, the column and the reason.</summary>
    /// <param name="query">The query.</param>
    /// <param name="column">The column of the error, from 1.</param>
    /// <param name="reason">What is wrong.</param>
    public TaskFilterException(string query, int column, string reason)
        : base($"{reason} (column {column})")
    {
        Query = query;
        Column = column;
        Reason = reason;
    }

    /// <summary>The query.</summary>
    public string Query { get; }

    /// <summary>The column of the error, from 1; the length of the query plus one if something is missing at the end.</summary>
    public int Column { get; }

    /// <summary>What is wrong, without the column.</summary>
    public string Reason { get; }
}
