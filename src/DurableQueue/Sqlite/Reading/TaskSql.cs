using System.Text;
using DurableQueue.Queueing;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Puts a query together from constant pieces: one index to walk along, and conditions with parameters.</summary>
internal sealed class TaskSql
{
    private readonly StringBuilder conditions = new();
    private readonly StringBuilder tests = new();

    public Dictionary<string, object?> Parameters { get; } = [];

    /// <summary>Conditions from now on do not leave rows out: each row tells whether it meets them. Only for <see cref="Open"/>.</summary>
    public bool TestsApart { get; set; }

    /// <summary>There are conditions that each row has to be tested for.</summary>
    public bool HasTests => tests.Length > 0;

    public void And(string condition)
    {
        if (TestsApart)
        {
            tests.Append(HasTests ? " AND " : "").Append(condition);
        }
        else
        {
            AndSearch(condition);
        }
    }

    /// <summary>A condition that an index serves: it always leaves rows out.</summary>
    public void AndSearch(string condition) => conditions.Append(conditions.Length == 0 ? " WHERE " : " AND ").Append(condition);

    public void And(string condition, string parameter, object? value)
    {
        And(condition);
        Parameters[parameter] = value;
    }

    public void AndIn<T>(string column, string parameter, IEnumerable<T> values) =>
        And($"{column} IN (SELECT value FROM json_each({parameter}))", parameter, StoredJson.WriteList(values));

    /// <summary>Labels that start so: a range, so that the index finds them and no character has a meaning.</summary>
    public void AndLabelPrefix(string prefix)
    {
        And("t.label >= @prefix", "@prefix", prefix);
        if (After(prefix) is { } end)
        {
            And("t.label < @prefixEnd", "@prefixEnd", end);
        }
    }

    public List<TaskInfoRow> Run(SqliteConnection connection, string from, string orderAndLimit) =>
        connection.ReadRows<TaskInfoRow>($"{TaskInfoRow.Columns} {from} {TaskInfoRow.Joins}{conditions} {orderAndLimit}", s => s.Bind(Parameters));

    /// <summary>The ids of the tasks, in order, with what they have in the field of the order.</summary>
    public List<KeyedId> RunKeys(SqliteConnection connection, string key, string from, string orderAndLimit) =>
        connection.ReadRows<KeyedId>($"SELECT t.id AS Id, {key} AS Key {from} {TaskInfoRow.Joins}{conditions} {orderAndLimit}", s => s.Bind(Parameters));

    /// <summary>Begins to read tasks one by one. The last column says whether a task meets the conditions that stand apart.</summary>
    public Statement Open(SqliteConnection connection, string columns, string from, string orderAndLimit)
    {
        var sql = HasTests
            ? $"SELECT {columns}, ({tests}) AS Wanted {from} {TaskInfoRow.Joins}{conditions} {orderAndLimit}"
            : $"SELECT {columns}, 1 AS Wanted {from}{conditions} {orderAndLimit}";
        return new Statement(connection, sql).Bind(Parameters);
    }

    public bool Exists(SqliteConnection connection, string from) =>
        connection.ReadNumber($"SELECT EXISTS (SELECT 1 {from}{conditions})", s => s.Bind(Parameters)) == 1;

    /// <summary>The first text, in SQLite's byte order, behind all that start with the prefix.</summary>
    private static string? After(string prefix)
    {
        var runes = prefix.EnumerateRunes().ToList();
        while (runes.Count > 0)
        {
            var last = runes[^1].Value + 1;
            if (last <= 0x10FFFF)
            {
                // Surrogates are not characters; UTF-8 orders the rest by number.
                runes[^1] = new Rune(last is >= 0xD800 and <= 0xDFFF ? 0xE000 : last);
                return string.Concat(runes);
            }

            runes.RemoveAt(runes.Count - 1);
        }

        return null;
    }

    internal sealed class KeyedId : IStoredRow<KeyedId>
    {
        public long Id { get; init; }

        /// <summary>A whole number, a text, or nothing.</summary>
        public object? Key { get; init; }

        public static KeyedId Read(StoredCells cells) => new()
        {
            Id = cells.Long(),
            Key = cells.Key(),
        };
    }
}
