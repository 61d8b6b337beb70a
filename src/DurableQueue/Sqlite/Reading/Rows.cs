using System.Diagnostics.CodeAnalysis;
using Dapper;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>
/// Reads rows, with one class per kind of row (named <c>…Row</c>) that turns itself into what is returned. Tasks, groups, workers and budgets are read through
/// <see cref="Statement"/>, as all that is written: every command of <c>dq</c> reads them, and what Dapper makes for a row takes longer than such a command.
/// What few read goes through Dapper.
/// </summary>
/// <remarks>
/// Dapper finds the members of a row's type by reflection, which trimming does not see: they are kept here. The types of parameters are kept by
/// <c>ILLink.Descriptors.xml</c>.
/// </remarks>
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

    private const DynamicallyAccessedMemberTypes Members =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.NonPublicConstructors
        | DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.NonPublicProperties
        | DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.NonPublicFields;

    public static IEnumerable<T> Query<[DynamicallyAccessedMembers(Members)] T>(
        this SqliteConnection connection, string sql, object? parameters = null, bool buffered = true) =>
        SqlMapper.Query<T>(connection, sql, parameters, buffered: buffered);

    public static T? QueryFirstOrDefault<[DynamicallyAccessedMembers(Members)] T>(
        this SqliteConnection connection, string sql, object? parameters = null) =>
        SqlMapper.QueryFirstOrDefault<T>(connection, sql, parameters);

    public static T QuerySingle<[DynamicallyAccessedMembers(Members)] T>(this SqliteConnection connection, string sql, object? parameters = null) =>
        SqlMapper.QuerySingle<T>(connection, sql, parameters);
}
