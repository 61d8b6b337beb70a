using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Reads rows, with one class per kind of row (named <c>…Row</c>) that reads itself from the columns and turns itself into what is returned.</summary>
internal static class Rows
{
    public static List<T> ReadRows<T>(this SqliteConnection connection, string sql, Action<Statement>? bind = null)
        where T : class, IStoredRow<T>
    {
        using var statement = new Statement(connection, sql);
        bind?.Invoke(statement);
        var cells = new StoredCells(statement);
        var rows = new List<T>();
        while (statement.Step())
        {
            rows.Add(T.Read(cells.First()));
        }

        return rows;
    }

    public static T? ReadFirst<T>(this SqliteConnection connection, string sql, Action<Statement>? bind = null)
        where T : class, IStoredRow<T>
    {
        using var statement = new Statement(connection, sql);
        bind?.Invoke(statement);
        return statement.Step() ? T.Read(new StoredCells(statement)) : null;
    }

    /// <summary>The first column of the first row; <see langword="null"/> if there is no row, or nothing in it.</summary>
    public static long? ReadNumber(this SqliteConnection connection, string sql, Action<Statement>? bind = null)
    {
        using var statement = new Statement(connection, sql);
        bind?.Invoke(statement);
        return statement.Scalar();
    }
}
