using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>
/// A connection that reads, and stops in the middle of a statement when the read is cancelled. SQLite asks between its steps, on the thread that reads: a
/// cancellation cannot hit the read after it, as it could with <c>sqlite3_interrupt</c>.
/// </summary>
internal sealed class ReadingConnection : IDisposable
{
    /// <summary>A few dozen microseconds. Short reads never get so far, and are not asked.</summary>
    private const int StepsBetweenQuestions = 1_000;

    private readonly SqliteConnection connection;
    private CancellationToken cancellation;
    private bool isStopped;

    public ReadingConnection(SqliteConnection connection)
    {
        this.connection = connection;
        raw.sqlite3_progress_handler(connection.Handle!, StepsBetweenQuestions, _ => Ask(), null);
    }

    /// <summary>Runs a read, all of whose statements see the same state.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public T Read<T>(Func<SqliteConnection, T> read, CancellationToken cancellationToken)
    {
        try
        {
            // The end of the transaction is not to be interrupted: it comes after the token is taken away.
            using var transaction = connection.BeginTransaction(deferred: true);
            (cancellation, isStopped) = (cancellationToken, false);
            try
            {
                return read(connection);
            }
            finally
            {
                cancellation = CancellationToken.None;
            }
        }
        catch (Exception e) when (isStopped && e is (SqliteException or QueueStorageException))
        {
            throw new OperationCanceledException("The read was cancelled.", e, cancellationToken);
        }
    }

    public void Dispose() => connection.Dispose();

    /// <returns>Anything but 0 ends the statement.</returns>
    private int Ask()
    {
        isStopped = cancellation.IsCancellationRequested;
        return isStopped ? 1 : 0;
    }
}
