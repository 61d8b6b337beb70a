using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace DurableQueue.PostgreSql;

/// <summary>Puts a query together from constant pieces, and conditions with parameters.</summary>
internal sealed class TaskSql
{
    private readonly StringBuilder conditions = new();
    private readonly List<(NpgsqlDbType Type, object? Value)> parameters = [];

    public void And(string condition) => conditions.Append(conditions.Length == 0 ? " WHERE " : " AND ").Append(condition);

    /// <summary>The next parameter, as a statement names it.</summary>
    public string Parameter(NpgsqlDbType type, object? value)
    {
        parameters.Add((type, value));
        return $"${parameters.Count}";
    }

    public string Number(long value) => Parameter(NpgsqlDbType.Bigint, value);

    public string Text(string value) => Parameter(NpgsqlDbType.Text, value);

    public string Numbers(IEnumerable<long> values) => Parameter(NpgsqlDbType.Array | NpgsqlDbType.Bigint, values.ToArray());

    public string Texts(IEnumerable<string> values) => Parameter(NpgsqlDbType.Array | NpgsqlDbType.Text, values.ToArray());

    /// <summary>Labels that start so: a range, so that the index finds them and no character has a meaning.</summary>
    public void AndLabelPrefix(string prefix)
    {
        And($"t.label >= {Text(prefix)}");
        if (After(prefix) is { } end)
        {
            And($"t.label < {Text(end)}");
        }
    }

    /// <summary>The tasks, as they are shown.</summary>
    public Task<List<TaskInfoRow>> ReadAsync(NpgsqlConnection connection, SchemaSql sql, string orderAndLimit) =>
        connection.ReadAsync(sql.Replace($"{TaskInfoRow.Columns} {TaskInfoRow.From}{conditions} {orderAndLimit}"), Bind, TaskInfoRow.Read);

    /// <summary>The ids of the tasks, in order, with what they have in the field of the order.</summary>
    public Task<List<(long Id, object? Key)>> ReadKeysAsync(NpgsqlConnection connection, SchemaSql sql, string key, string orderAndLimit) =>
        connection.ReadAsync(sql.Replace($"SELECT t.id, {key} {TaskInfoRow.From}{conditions} {orderAndLimit}"), Bind, cells => (cells.Long(), cells.Key()));

    public async Task<bool> ExistsAsync(NpgsqlConnection connection, SchemaSql sql) =>
        await connection.ReadOneAsync(sql.Replace($"SELECT EXISTS (SELECT 1 {TaskInfoRow.From}{conditions})"), Bind, cells => cells.Bool()).ConfigureAwait(false);

    private void Bind(NpgsqlParameterCollection bound)
    {
        foreach (var (type, value) in parameters)
        {
            bound.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });
        }
    }

    /// <summary>The first text, in the order of its bytes, behind all that start with the prefix.</summary>
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
}
