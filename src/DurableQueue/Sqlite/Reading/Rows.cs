using System.Diagnostics.CodeAnalysis;
using Dapper;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>
/// Reads rows through Dapper, which finds the members of a row's type by reflection and says nothing of it: here they are kept for it when a program is
/// trimmed. The types of parameters are kept by <c>ILLink.Descriptors.xml</c>.
/// </summary>
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
