using System.Text;
using Microsoft.Data.Sqlite;

namespace DurableQueue.ProcessHost;

/// <summary>The ways in which a file is damaged.</summary>
internal static class FuzzDamage
{
    private static readonly string[] Tables =
    [
        "queue_state", "task_group", "task_type", "lane", "task", "task", "task", "task", "task_body", "task_result", "task_progress", "task_checkpoint",
        "task_attempt", "task_approval", "task_gate", "task_route", "task_dependency", "dedup", "settling", "worker", "schedule", "schedule", "schedule_run",
        "schedule_run",
    ];

    private static readonly string[] Values =
    [
        "NULL", "-1", "0", "1", "2", "3", "7", "77", "9223372036854775807", "-9223372036854775808", "1e308", "0.5", "'text'", "''", "x'ff00ff'", "zeroblob(5000)",
        "'{'", "'[[[[[[['", "'{\"a\":1}'", "'null'", "char(0)", "x'c3'", "CAST(x'ffff' AS TEXT)", "'-5'", "253402300800000", "-62135596800001",
        "(SELECT max(id) FROM task)", "(SELECT id FROM task ORDER BY random() LIMIT 1)",
    ];

    /// <summary>Writes a damaged copy.</summary>
    /// <returns>The kind of damage.</returns>
    public static string Apply(byte[] template, string path, Random random)
    {
        var bytes = (byte[])template.Clone();
        switch (random.Next(9))
        {
            case 0:
                Flip(bytes, 100, random.Next(1, 9), random);
                File.WriteAllBytes(path, bytes);
                return "header";
            case 1:
                Flip(bytes, bytes.Length, random.Next(1, 60), random);
                File.WriteAllBytes(path, bytes);
                return "bytes";
            case 2:
                File.WriteAllBytes(path, bytes[..random.Next(bytes.Length)]);
                return "cut";
            case 3:
                Exchange(bytes, random);
                File.WriteAllBytes(path, bytes);
                return "pages";
            case 4:
                File.WriteAllBytes(path, Noise(random));
                return "noise";
            case 5:
                File.WriteAllBytes(path, bytes);
                File.WriteAllBytes(path + (random.Next(2) == 0 ? "-wal" : "-journal"), Log(random));
                return "log";
            case 6:
                File.WriteAllBytes(path, bytes);
                ChangeSchema(path, random);
                return "schema";
            default:
                File.WriteAllBytes(path, bytes);
                ChangeRows(path, random);
                return "rows";
        }
    }

    private static void Flip(byte[] bytes, int within, int count, Random random)
    {
        for (var i = 0; i < count; i++)
        {
            // Never the application id and the magic text alone: those files are refused at once.
            bytes[random.Next(16, within)] = (byte)random.Next(256);
        }
    }

    private static void Exchange(byte[] bytes, Random random)
    {
        const int page = 4096;
        var (from, to) = (random.Next(bytes.Length / page), random.Next(1, bytes.Length / page));
        bytes.AsSpan(from * page, page).ToArray().CopyTo(bytes.AsSpan(to * page));
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(20_000)];
        random.NextBytes(bytes);
        if (random.Next(2) == 0 && bytes.Length > 100)
        {
            "SQLite format 3\0"u8.CopyTo(bytes);
        }

        return bytes;
    }

    private static byte[] Log(Random random)
    {
        var bytes = new byte[random.Next(20_000)];
        random.NextBytes(bytes);
        if (bytes.Length > 32)
        {
            byte[] magic = random.Next(2) == 0 ? [0x37, 0x7f, 0x06, 0x82, 0x00, 0x2d, 0xe2, 0x18, 0, 0, 0x10, 0] : [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
            magic.CopyTo(bytes, 0);
        }

        return bytes;
    }

    private static void ChangeRows(string path, Random random)
    {
        using var connection = Open(path);
        for (var change = random.Next(1, 5); change > 0; change--)
        {
            var table = Tables[random.Next(Tables.Length)];
            var columns = Read(connection, $"SELECT name FROM pragma_table_info('{table}')");
            var column = columns[random.Next(columns.Count)];
            var value = Values[random.Next(Values.Length)];
            var where = random.Next(3) == 0 ? "" : $" WHERE {columns[0]} IN (SELECT {columns[0]} FROM {table} ORDER BY random() LIMIT {random.Next(1, 4)})";
            TryExecute(connection, random.Next(12) == 0 ? $"DELETE FROM {table}{where}" : $"UPDATE OR REPLACE {table} SET {column} = {value}{where}");
        }
    }

    private static void ChangeSchema(string path, Random random)
    {
        using var connection = Open(path);
        TryExecute(connection, "PRAGMA writable_schema = 1");
        switch (random.Next(6))
        {
            case 0:
                TryExecute(connection, $"UPDATE sqlite_master SET rootpage = {random.Next(60)} WHERE rowid = {random.Next(1, 40)}");
                break;
            case 1:
                var statements = Read(connection, "SELECT name || '|' || sql FROM sqlite_master WHERE sql IS NOT NULL");
                var parts = statements[random.Next(statements.Count)].Split('|', 2);
                var text = new StringBuilder(parts[1]);
                text[random.Next(text.Length)] = "(),'x 1;\"[".ToCharArray()[random.Next(10)];
                TryExecute(connection, $"UPDATE sqlite_master SET sql = '{text.Replace("'", "''")}' WHERE name = '{parts[0]}'");
                break;
            case 2:
                TryExecute(connection, $"DELETE FROM sqlite_master WHERE rowid = {random.Next(1, 40)}");
                break;
            case 3:
                TryExecute(connection, "CREATE TRIGGER evil AFTER INSERT ON task BEGIN DELETE FROM task; END");
                TryExecute(connection, "CREATE TRIGGER evil2 BEFORE UPDATE ON task BEGIN SELECT RAISE(ABORT, 'gotcha'); END");
                break;
            case 4:
                TryExecute(connection, "ALTER TABLE task RENAME TO hidden; CREATE VIEW task AS SELECT * FROM hidden");
                break;
            default:
                var table = Tables[random.Next(Tables.Length)];
                TryExecute(connection, $"DROP TABLE {table}; CREATE TABLE {table} (id INTEGER PRIMARY KEY, other TEXT)");
                break;
        }
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        TryExecute(connection, "PRAGMA ignore_check_constraints = 1; PRAGMA journal_mode = DELETE");
        return connection;
    }

    private static List<string> Read(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Made of this program's constants.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    private static void TryExecute(SqliteConnection connection, string sql)
    {
        try
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Made of this program's constants.
            command.CommandText = sql;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            // A constraint held: another round damages more.
        }
    }
}
