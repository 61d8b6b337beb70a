using Dapper;
using Microsoft.Data.Sqlite;

namespace Outbox;

/// <summary>The application's tables, in the queue's file.</summary>
internal sealed class Shop(string path)
{
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();

        // Checkpoints belong to the queue: two connections that write and checkpoint at once can damage the file.
        connection.Execute("PRAGMA wal_autocheckpoint = 0");
        return connection;
    }

    public void CreateTables()
    {
        using var connection = Connect();
        connection.Execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, item TEXT NOT NULL, shipped INTEGER NOT NULL DEFAULT 0)");
    }

    public void MarkShipped(long id)
    {
        using var connection = Connect();
        connection.Execute("UPDATE orders SET shipped = 1 WHERE id = @id", new { id });
    }

    public IReadOnlyList<Order> ReadOrders()
    {
        using var connection = Connect();
        return connection.Query<Order>("SELECT id AS Id, item AS Item, shipped AS Shipped FROM orders ORDER BY id").AsList();
    }
}
