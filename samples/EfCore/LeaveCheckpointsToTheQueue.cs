using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EfCore;

/// <summary>
/// The queue moves the write-ahead log into the database, at moments that suit its writer. Without this, each connection of the application would do so
/// too, inside the commit that makes the log 1,000 pages long.
/// </summary>
internal sealed class LeaveCheckpointsToTheQueue : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Apply(connection);
        return Task.CompletedTask;
    }

    private static void Apply(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_autocheckpoint = 0";
        command.ExecuteNonQuery();
    }
}
