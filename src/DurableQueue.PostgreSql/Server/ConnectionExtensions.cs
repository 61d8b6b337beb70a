using Npgsql;

namespace DurableQueue.PostgreSql;

/// <summary>Reads rows on an open connection.</summary>
internal static class ConnectionExtensions
{
    /// <param name="connection">The connection, which may be in a transaction.</param>
    /// <param name="statement">With the name of the queue's schema.</param>
    /// <param name="bind">Sets the parameters.</param>
    /// <param name="read">Reads a row.</param>
    public static async Task<List<T>> ReadAsync<T>(
        this NpgsqlConnection connection, string statement, Action<NpgsqlParameterCollection> bind, Func<Cells, T> read)
    {
        var command = new NpgsqlCommand(statement, connection);
        await using (command.ConfigureAwait(false))
        {
            bind(command.Parameters);
            var reader = await command.ExecuteReaderAsync(CancellationToken.None).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var cells = new Cells(reader);
                var rows = new List<T>();
                while (await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false))
                {
                    rows.Add(read(cells.First()));
                }

                return rows;
            }
        }
    }

    public static async Task<T> ReadOneAsync<T>(
        this NpgsqlConnection connection, string statement, Action<NpgsqlParameterCollection> bind, Func<Cells, T> read) =>
        (await connection.ReadAsync(statement, bind, read).ConfigureAwait(false))[0];

    public static async Task RunAsync(this NpgsqlConnection connection, string statement)
    {
        var command = new NpgsqlCommand(statement, connection);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }
}
