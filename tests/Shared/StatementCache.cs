using System.Runtime.CompilerServices;
using Dapper;

namespace DurableQueue;

/// <summary>
/// Dapper keeps what it compiled for a statement by the connection string too. Tests make thousands of queue files of one schema: without this each of
/// them would pay for all of it again.
/// </summary>
internal sealed class StatementCache : IEqualityComparer<string>
{
    public bool Equals(string? x, string? y) => true;

    public int GetHashCode(string obj) => 0;

    // CA2255: a library should not; a test assembly has no other place that comes before all tests.
#pragma warning disable CA2255
    [ModuleInitializer]
    internal static void ShareForAllFiles() => SqlMapper.ConnectionStringComparer = new StatementCache();
#pragma warning restore CA2255
}
