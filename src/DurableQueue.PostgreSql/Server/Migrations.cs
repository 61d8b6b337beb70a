using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace DurableQueue.PostgreSql;

/// <summary>
/// The numbered migrations, embedded as SQL, applied in one transaction under a lock of the schema. A schema that a newer version of the library has migrated is
/// refused; one that is up to date needs no rights but those to use it.
/// </summary>
internal static class Migrations
{
    private const string Prefix = "DurableQueue.PostgreSql.Schema.";
    private const int OldestServer = 15;
    private const int LockClass = 1685156211;

    private const string SelectServer = "SELECT current_setting('server_encoding'), pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'";

    private const string SelectExists =
        "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = 'schema_version')";

    private const string SelectSchemaExists = "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1)";

    private const string SelectVersion = "SELECT version FROM durable_queue.schema_version";

    private const string CreateVersion = "CREATE TABLE durable_queue.schema_version (version integer NOT NULL); INSERT INTO durable_queue.schema_version VALUES (0)";

    private static readonly IReadOnlyList<string> Steps =
    [
        .. typeof(Migrations).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    /// <summary>The version of a schema that this library made.</summary>
    public static int Latest => Steps.Count;

    /// <summary>Checks the server and the schema, and brings the schema up to date.</summary>
    public static async Task ApplyAsync(NpgsqlConnection connection, SchemaSql sql)
    {
        RequireVersion(connection.PostgreSqlVersion);
        var (encoding, standby, readOnly) = await connection.ReadOneAsync(SelectServer, _ => { }, cells => (cells.Text(), cells.Bool(), cells.Bool())).ConfigureAwait(false);
        RequireEncoding(encoding);
        if (standby || readOnly)
        {
            throw new QueueStorageException(
                QueueStorageError.ReadOnly,
                standby ? "The server is a standby, which can't be written." : "Transactions on this server are read-only by default.");
        }

        if (await ReadVersionAsync(connection, sql).ConfigureAwait(false) is { } version && version == Latest)
        {
            return;
        }

        var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await connection.ReadAsync(
                "SELECT pg_advisory_xact_lock($1, hashtext($2))",
                parameters => parameters.With(LockClass).With(sql.Schema),
                _ => 0).ConfigureAwait(false);
            await ApplyMissingAsync(connection, sql).ConfigureAwait(false);
            await transaction.CommitAsync().ConfigureAwait(false);
        }
    }

    public static void RequireVersion(Version server)
    {
        if (server.Major < OldestServer)
        {
            throw new QueueStorageException(
                QueueStorageError.CannotOpen, $"The server is PostgreSQL {server.ToString(2)}, but the queue needs version {OldestServer} or newer.");
        }
    }

    public static void RequireEncoding(string encoding)
    {
        if (encoding != "UTF8")
        {
            throw new QueueStorageException(QueueStorageError.CannotOpen, $"The database has the encoding {encoding}, but the queue needs UTF8.");
        }
    }

    private static async Task ApplyMissingAsync(NpgsqlConnection connection, SchemaSql sql)
    {
        var version = await ReadVersionAsync(connection, sql).ConfigureAwait(false);
        if (version is null)
        {
            if (!await connection.ReadOneAsync(SelectSchemaExists, parameters => parameters.With(sql.Schema), cells => cells.Bool()).ConfigureAwait(false))
            {
                await connection.RunAsync($"CREATE SCHEMA {sql.Schema}").ConfigureAwait(false);
            }

            await connection.RunAsync(sql.Replace(CreateVersion)).ConfigureAwait(false);
        }

        for (var step = version ?? 0; step < Latest; step++)
        {
            await connection.RunAsync(sql.Replace(Read(Steps[step]))).ConfigureAwait(false);
        }

        await connection.RunAsync(sql.Replace(string.Create(CultureInfo.InvariantCulture, $"UPDATE durable_queue.schema_version SET version = {Latest}"))).ConfigureAwait(false);
    }

    /// <returns><see langword="null"/> if the schema has no queue.</returns>
    private static async Task<int?> ReadVersionAsync(NpgsqlConnection connection, SchemaSql sql)
    {
        if (!await connection.ReadOneAsync(SelectExists, parameters => parameters.With(sql.Schema), cells => cells.Bool()).ConfigureAwait(false))
        {
            return null;
        }

        var version = await connection.ReadOneAsync(sql[SelectVersion], _ => { }, cells => cells.Int()).ConfigureAwait(false);
        return version <= Latest
            ? version
            : throw new QueueStorageException(
                QueueStorageError.NewerSchema,
                $"The schema '{sql.Schema}' has version {version}, but this version of the library knows {Latest}. A newer version of the library has migrated it.");
    }

    private static string Read(string resource)
    {
        using var reader = new StreamReader(typeof(Migrations).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
