using System.Diagnostics.CodeAnalysis;
using Dapper;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>
/// Reads rows through Dapper. The rule for reading: what the writer executes, what checks a file, and what runs at each commit uses <see cref="Statement"/>;
/// every other read uses Dapper, with one class per kind of row (named <c>…Row</c>) that turns itself into what is returned.
/// </summary>
/// <remarks>
/// Dapper finds the members of a row's type by reflection, which trimming does not see: they are kept here. The types of parameters are kept by
/// <c>ILLink.Descriptors.xml</c>.
/// </remarks>
internal static class Rows
{
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
