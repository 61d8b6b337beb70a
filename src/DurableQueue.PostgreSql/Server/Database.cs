using System.Data;
using DurableQueue.Storage;
using Npgsql;

namespace DurableQueue.PostgreSql;

/// <summary>Runs statements on connections of the pool, and says what their errors mean. A call that has begun is finished, whatever its caller does.</summary>
/// <param name="source">The pool.</param>
/// <param name="sql">Names the schema.</param>
/// <param name="owned">Whether the pool goes with the queue.</param>
internal sealed class Database(NpgsqlDataSource source, SchemaSql sql, bool owned) : IDisposable
{
    private const int MostRuns = 5;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly object sync = new();
    private int running;
    private bool closed;

    public NpgsqlDataSource Source { get; } = source;

    public SchemaSql Sql { get; } = sql;

    /// <summary>Runs one statement, and reads its rows.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="statement">Constant, with the schema's default name.</param>
    /// <param name="bind">Sets the parameters; may be called again.</param>
    /// <param name="read">Reads a row.</param>
    /// <param name="cancellationToken">Cancels the call only before it is sent.</param>
    public async ValueTask<List<T>> ReadAsync<T>(
        string statement, Action<NpgsqlParameterCollection> bind, Func<Cells, T> read, CancellationToken cancellationToken)
    {
        using var call = Begin(cancellationToken);
        for (var run = 1; ; run++)
        {
            try
            {
                var connection = await Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                {
                    return await connection.ReadAsync(Sql[statement], bind, read).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (PostgresErrors.MayRunAgain(e) && run < MostRuns)
            {
                // Rolled back: nothing of it is left.
            }
            catch (Exception e) when (PostgresErrors.IsStorage(e))
            {
                throw PostgresErrors.ToQueueError("The call failed", e);
            }
            catch (Exception e) when (UnreadableRow.Explains(e))
            {
                throw UnreadableRow.ToQueueError("What is stored", e);
            }
        }
    }

    /// <summary>The first row; <see langword="null"/> if there is none.</summary>
    public async ValueTask<T?> ReadFirstAsync<T>(
        string statement, Action<NpgsqlParameterCollection> bind, Func<Cells, T> read, CancellationToken cancellationToken)
        where T : class =>
        (await ReadAsync(statement, bind, read, cancellationToken).ConfigureAwait(false)).FirstOrDefault();

    /// <summary>The only row.</summary>
    public async ValueTask<T> ReadOneAsync<T>(
        string statement, Action<NpgsqlParameterCollection> bind, Func<Cells, T> read, CancellationToken cancellationToken) =>
        (await ReadAsync(statement, bind, read, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Runs several statements that see one committed state.</summary>
    /// <typeparam name="T">What they come to.</typeparam>
    /// <param name="read">Runs them; may be called again.</param>
    /// <param name="cancellationToken">Cancels the call only before it is sent.</param>
    public async ValueTask<T> ReadSnapshotAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        using var call = Begin(cancellationToken);
        try
        {
            var connection = await Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, CancellationToken.None).ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    return await read(connection).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (PostgresErrors.IsStorage(e))
        {
            throw PostgresErrors.ToQueueError("The read failed", e);
        }
        catch (Exception e) when (UnreadableRow.Explains(e))
        {
            throw UnreadableRow.ToQueueError("What is stored", e);
        }
    }

    /// <summary>Counts a call as made, until it is disposed of.</summary>
    public IDisposable Begin(CancellationToken cancellationToken)
    {
        lock (sync)
        {
            ObjectDisposedException.ThrowIf(closed, typeof(PostgresTaskQueue));
            cancellationToken.ThrowIfCancellationRequested();
            running++;
        }

        return new Call(this);
    }

    /// <summary>Refuses new calls, waits for those that were made, and closes the pool if it is the queue's own.</summary>
    public void Dispose()
    {
        lock (sync)
        {
            closed = true;
            while (running > 0 && Monitor.Wait(sync, LongestWait))
            {
            }
        }

        if (owned)
        {
            Source.Dispose();
        }
    }

    private void End()
    {
        lock (sync)
        {
            running--;
            Monitor.PulseAll(sync);
        }
    }

    private sealed class Call(Database database) : IDisposable
    {
        public void Dispose() => database.End();
    }
}
