using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace DurableQueue.Sqlite;

/// <summary>
/// The names of the queue's tables and indexes in an application's database: ours with a prefix. All SQL of the queue is written with the names that a file
/// of its own has; it is rewritten when it is prepared. Which names there are is read from the scripts of the schema.
/// </summary>
internal sealed class TableNames
{
    /// <summary>Constants of the program are far fewer; queries that are put together could be any number.</summary>
    private const int MostKept = 2_000;

    private static readonly FrozenSet<string> Ours =
        Migrations.ReadScripts().Append(Adoption.CreateMark).SelectMany(SqlNames.ReadDeclared).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> OursBySpan = Ours.GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly ConcurrentDictionary<string, string> rewritten = new(StringComparer.Ordinal);

    /// <param name="prefix">Checked by <see cref="SqliteQueueOptionsRules"/>.</param>
    public TableNames(string prefix) => Prefix = prefix;

    public string Prefix { get; }

    /// <summary>The names in a file of the queue's own.</summary>
    public static IReadOnlySet<string> All => Ours;

    /// <summary>The statement, or the script, with the names that this database has.</summary>
    public string Rewrite(string sql)
    {
        if (rewritten.TryGetValue(sql, out var known))
        {
            return known;
        }

        var result = SqlNames.Prefix(sql, Prefix, OursBySpan.Contains);
        if (rewritten.Count < MostKept)
        {
            rewritten.TryAdd(sql, result);
        }

        return result;
    }
}
