using System.Collections.Concurrent;

namespace DurableQueue.PostgreSql;

/// <summary>Puts the name of the queue's schema into statements, which are written with that of the default one.</summary>
internal sealed class SchemaSql(string schema)
{
    private const string Written = "durable_queue";

    private readonly ConcurrentDictionary<string, string> statements = new(StringComparer.Ordinal);

    public string Schema { get; } = schema;

    /// <summary>A constant statement for this schema; remembered.</summary>
    public string this[string sql] => Schema == Written ? sql : statements.GetOrAdd(sql, Replace);

    /// <summary>The same for a statement that is used once.</summary>
    public string Replace(string sql) =>
        sql.Replace($"{Written}.", $"{Schema}.", StringComparison.Ordinal).Replace($"'{Written}'", $"'{Schema}'", StringComparison.Ordinal);
}
