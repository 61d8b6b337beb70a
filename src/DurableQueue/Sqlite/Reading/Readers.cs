using System.Collections.Concurrent;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>A few connections that only read. Each read sees one committed state and never waits for the writer.</summary>
/// <param name="open">Opens a connection.</param>
/// <param name="requireFiles">Throws before a read if the queue's files are gone.</param>
/// <param name="most">How many read at once.</param>
/// <param name="busyTimeout">How long a read tries again.</param>
/// <param name="dispatcher">Where those that waited for a place continue.</param>
internal sealed class Readers(Func<SqliteConnection> open, Action requireFiles, int most, TimeSpan busyTimeout, Dispatcher dispatcher) : IDisposable
{
    private readonly ConcurrentBag<ReadingConnection> free = [];
    private readonly Places places = new(most, dispatcher);
    private readonly TimeProvider time = dispatcher.Over(TimeProvider.System);
    private volatile bool closed;

    /// <summary>Runs a read, all of whose statements see the same state. It ends soon after it is cancelled, also in the middle of a statement.</summary>
    public async ValueTask<T> ReadAsync<T>(Func<SqliteConnection, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(closed, typeof(SqliteTaskQueue));
        await places.TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(closed, typeof(SqliteTaskQueue));
            return await BusyRetry.RunAsync(() => Read(read, cancellationToken), busyTimeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw e.ToStorageException();
        }
        catch (Exception e) when (SqliteErrors.IsUnreadable(e))
        {
            throw SqliteErrors.ToUnreadableRow(e);
        }
        finally
        {
            places.Release();
        }
    }

    private T Read<T>(Func<SqliteConnection, T> read, CancellationToken cancellationToken)
    {
        requireFiles();
        if (!free.TryTake(out var connection))
        {
            connection = new ReadingConnection(open());
        }

        try
        {
            return connection.Read(read, cancellationToken);
        }
        finally
        {
            free.Add(connection);
        }
    }

    /// <summary>Waits until no read is running, and closes the connections.</summary>
    public void Close()
    {
        closed = true;
        for (var i = 0; i < most; i++)
        {
            places.TakeAsync(CancellationToken.None).AsTask().Wait();
        }

        Dispose();
        for (var i = 0; i < most; i++)
        {
            places.Release();
        }
    }

    public void Dispose()
    {
        while (free.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }
}
