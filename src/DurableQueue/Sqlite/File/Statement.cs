using System.Data;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>
/// One prepared statement, kept for the life of its connection. Bind every parameter, by name or by number, then <see cref="Run"/> or
/// <see cref="Step"/>. It resets itself when it is done; after reading less than all rows call <see cref="Reset"/>: an open
/// statement would hold the transaction's snapshot.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 connection;
    private readonly sqlite3_stmt handle;
    private readonly string[] parameters;

    /// <summary>A statement about the queue's tables, written with the names that a file of its own has.</summary>
    public Statement(SqliteConnection connection, string sql)
        : this(connection.Handle!, connection is AdoptedConnection adopted ? adopted.Names.Rewrite(sql) : sql)
    {
    }

    /// <summary>The same.</summary>
    public Statement(WriteConnection db, string sql)
        : this(db.Handle, db.Names?.Rewrite(sql) ?? sql)
    {
    }

    public Statement(sqlite3 connection, string sql)
    {
        this.connection = connection;
        Throw(raw.sqlite3_prepare_v3(connection, sql, raw.SQLITE_PREPARE_PERSISTENT, out handle));
        parameters = new string[raw.sqlite3_bind_parameter_count(handle)];
        for (var i = 0; i < parameters.Length; i++)
        {
            // Interned, so that the look-up by the literal in the caller is a comparison of references.
            parameters[i] = string.Intern(raw.sqlite3_bind_parameter_name(handle, i + 1).utf8_to_string());
        }
    }

    public Statement Bind(string name, long value) => Bind(Index(name), value);

    /// <param name="parameter">Its number in the statement, from 1.</param>
    /// <param name="value">What to bind.</param>
    public Statement Bind(int parameter, long value)
    {
        Throw(raw.sqlite3_bind_int64(handle, parameter, value));
        return this;
    }

    public Statement Bind(string name, long? value)
    {
        var index = Index(name);
        Throw(value is { } number ? raw.sqlite3_bind_int64(handle, index, number) : raw.sqlite3_bind_null(handle, index));
        return this;
    }

    public Statement Bind(string name, bool value) => Bind(name, value ? 1L : 0L);

    public Statement Bind(string name, double value)
    {
        Throw(raw.sqlite3_bind_double(handle, Index(name), value));
        return this;
    }

    public Statement Bind(string name, string? value)
    {
        var index = Index(name);
        if (value is null)
        {
            Throw(raw.sqlite3_bind_null(handle, index));
            return this;
        }

        // Bound as bytes with their length: the text may be cut short by nothing in it, and no array is made for the usual short one.
        Span<byte> small = stackalloc byte[512];
        var bytes = value.Length <= small.Length / 3 ? small[..Encoding.UTF8.GetBytes(value, small)] : Encoding.UTF8.GetBytes(value);
        Throw(bytes.IsEmpty ? raw.sqlite3_bind_text(handle, index, value) : raw.sqlite3_bind_text(handle, index, bytes));
        return this;
    }

    public Statement Bind(string name, ReadOnlySpan<byte> value) => Bind(Index(name), value);

    /// <param name="parameter">Its number in the statement, from 1.</param>
    /// <param name="value">What to bind.</param>
    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        Throw(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, parameter, 0) : raw.sqlite3_bind_blob(handle, parameter, value));
        return this;
    }

    /// <summary>Binds each parameter of the statement to its value: a whole number, a text, or nothing.</summary>
    public Statement Bind(IReadOnlyDictionary<string, object?> values)
    {
        foreach (var name in parameters)
        {
            _ = values[name] switch
            {
                null => Bind(name, default(long?)),
                int number => Bind(name, (long)number),
                long number => Bind(name, number),
                string text => Bind(name, text),
                var other => throw new ArgumentException($"{name} has a value of the type {other.GetType()}.", nameof(values)),
            };
        }

        return this;
    }

    /// <summary>Moves to the next row; resets the statement when there is none.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        if (code != raw.SQLITE_DONE)
        {
            var error = SqliteErrors.ToException(code, raw.sqlite3_extended_errcode(connection), raw.sqlite3_errmsg(connection).utf8_to_string());
            raw.sqlite3_reset(handle);
            throw error;
        }

        raw.sqlite3_reset(handle);
        return false;
    }

    /// <summary>Runs a statement without rows, and gives SQLite's code instead of an exception.</summary>
    public int TryRun()
    {
        var code = raw.sqlite3_step(handle);
        raw.sqlite3_reset(handle);
        return code == raw.SQLITE_DONE ? raw.SQLITE_OK : code;
    }

    /// <summary>Runs to the end and returns how many rows were changed.</summary>
    public int Run()
    {
        while (Step())
        {
        }

        return raw.sqlite3_changes(connection);
    }

    /// <summary>The first column of the only row, or <see langword="null"/> if there is no row or it is NULL.</summary>
    public long? Scalar()
    {
        if (!Step())
        {
            return null;
        }

        var value = NullableLong(0);
        Reset();
        return value;
    }

    public void Reset() => raw.sqlite3_reset(handle);

    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    public int Int(int column) => raw.sqlite3_column_int(handle, column);

    public double Double(int column) => raw.sqlite3_column_double(handle, column);

    public bool Bool(int column) => raw.sqlite3_column_int(handle, column) != 0;

    public long? NullableLong(int column) => IsNull(column) ? null : Long(column);

    /// <exception cref="DataException">It is NULL, which only a damaged row has where there must be a text.</exception>
    public string Text(int column) =>
        NullableText(column) ?? throw new DataException($"there is no text in the column {NameOf(column)}");

    public string? NullableText(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public byte[] Blob(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    public bool IsNull(int column) => TypeOf(column) == raw.SQLITE_NULL;

    /// <summary>What the row has in the column, as SQLite names it.</summary>
    public int TypeOf(int column) => raw.sqlite3_column_type(handle, column);

    public string NameOf(int column) => raw.sqlite3_column_name(handle, column).utf8_to_string();

    public void Dispose() => handle.Dispose();

    private int Index(string name)
    {
        for (var i = 0; i < parameters.Length; i++)
        {
            if (ReferenceEquals(parameters[i], name))
            {
                return i + 1;
            }
        }

        // Programs that are compiled ahead of time do not intern their literals.
        var index = Array.IndexOf(parameters, name);
        return index >= 0 ? index + 1 : throw new ArgumentException($"The statement has no parameter {name}.", nameof(name));
    }

    private void Throw(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw SqliteErrors.ToException(code, raw.sqlite3_extended_errcode(connection), raw.sqlite3_errmsg(connection).utf8_to_string());
        }
    }
}
