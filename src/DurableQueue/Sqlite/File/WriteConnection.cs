using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>A connection that writes, with its prepared statements: the one of the queue, or one of the application that is in a transaction.</summary>
internal sealed class WriteConnection : IDisposable
{
    private readonly IDisposable? owned;
    private readonly Dictionary<string, Statement> statements = new(ReferenceComparer.Instance);

    /// <summary>The queue's own connection, which ends with this.</summary>
    public WriteConnection(sqlite3 handle, TableNames? names)
    {
        owned = handle;
        Handle = handle;
        Names = names;
    }

    /// <param name="connection">Open.</param>
    /// <param name="borrowed">It stays open when this is disposed; only the statements end.</param>
    /// <param name="names">What the queue's tables are called; <see langword="null"/>: as the connection knows, else as they are written.</param>
    public WriteConnection(SqliteConnection connection, bool borrowed = false, TableNames? names = null)
    {
        owned = borrowed ? null : connection;
        Names = names ?? (connection as AdoptedConnection)?.Names;
        Handle = connection.Handle!;
    }

    public sqlite3 Handle { get; }

    /// <summary>What the queue's tables are called in an application's database; <see langword="null"/> in a file of the queue's own.</summary>
    public TableNames? Names { get; }

    /// <summary>False while a transaction is open. SQLite ends it by itself on some errors.</summary>
    public bool IsAutocommit => raw.sqlite3_get_autocommit(Handle) != 0;

    /// <summary>Whether commits sync unless a transaction may go without.</summary>
    public bool SyncsByDefault { get; init; }

    /// <summary>Whether a commit syncs the log, and so all that was committed before; <see langword="null"/> if it was not set.</summary>
    public bool? SyncsCommits { get; private set; }

    /// <summary>Rows changed since the connection was opened.</summary>
    public int TotalChanges => raw.sqlite3_total_changes(Handle);

    /// <summary>The statements that were prepared so far.</summary>
    public IReadOnlyCollection<string> Prepared => statements.Keys;

    /// <summary>The prepared statement for a constant of the program; found again by reference, so pass the constant itself.</summary>
    public Statement this[string constantSql]
    {
        get
        {
            if (!statements.TryGetValue(constantSql, out var statement))
            {
                statement = new Statement(this, constantSql);
                statements.Add(constantSql, statement);
            }

            return statement;
        }
    }

    /// <summary>Ends statements that an exception left in the middle of their rows: they could not be bound again, and hold a snapshot.</summary>
    public void ResetAll()
    {
        foreach (var statement in statements.Values)
        {
            statement.Reset();
        }
    }

    /// <summary>Runs a statement without rows, and gives SQLite's code instead of an exception.</summary>
    public int TryExecute(string constantSql) => raw.sqlite3_exec(Handle, constantSql);

    /// <summary>
    /// Sets whether commits sync, outside a transaction. Nothing else may change it: SQLite carries the pragma out when it is prepared, so that a statement
    /// that is kept does not even read the current value.
    /// </summary>
    /// <returns>SQLite's code.</returns>
    public int TrySyncCommits(bool sync)
    {
        if (sync == SyncsCommits)
        {
            return raw.SQLITE_OK;
        }

        var code = TryExecute(sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        if (code == raw.SQLITE_OK)
        {
            SyncsCommits = sync;
        }

        return code;
    }

    /// <summary>The same, with an exception.</summary>
    public void SyncCommits(bool sync)
    {
        var code = TrySyncCommits(sync);
        if (code != raw.SQLITE_OK)
        {
            throw Error(code);
        }
    }

    public void Execute(string sql)
    {
        var code = raw.sqlite3_exec(Handle, sql);
        if (code != raw.SQLITE_OK)
        {
            throw Error(code);
        }
    }

    /// <summary>Runs statements about the queue's tables, written with the names that a file of its own has.</summary>
    public void ExecuteScript(string sql) => Execute(Names?.Rewrite(sql) ?? sql);

    public QueueStorageException Error(int code) =>
        SqliteErrors.ToException(code, raw.sqlite3_extended_errcode(Handle), raw.sqlite3_errmsg(Handle).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in statements.Values)
        {
            statement.Dispose();
        }

        statements.Clear();
        owned?.Dispose();
    }

    private sealed class ReferenceComparer : IEqualityComparer<string>
    {
        public static readonly ReferenceComparer Instance = new();

        public bool Equals(string? x, string? y) => ReferenceEquals(x, y);

        public int GetHashCode(string obj) => RuntimeHelpers.GetHashCode(obj);
    }
}
