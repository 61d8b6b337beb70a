using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>
/// Tells waiting callers that something was committed: by this queue at once; by others, while anybody waits, by looking at
/// <c>PRAGMA data_version</c> every 5 to 50 ms. That is a few microseconds, and needs no lock; it has a thread of its own, since waking the pool
/// would cost more than the look.
/// </summary>
internal sealed class QueueSignals : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(50);

    private readonly Lock gate = new();
    private readonly Func<SqliteConnection> open;
    private readonly Action<SqliteConnection> foreignCommit;
    private readonly Action requireFiles;
    private readonly CancellationTokenSource stop = new();
    private int waiting;
    private Task? polling;

    /// <param name="open">Opens a connection for looking.</param>
    /// <param name="foreignCommit">Called with that connection when somebody, perhaps this queue, has committed.</param>
    /// <param name="requireFiles">Throws if the queue's files are gone: then nothing will be committed any more, and those who wait are woken to hear it.</param>
    /// <param name="dispatcher">Where those who wait continue.</param>
    public QueueSignals(Func<SqliteConnection> open, Action<SqliteConnection> foreignCommit, Action requireFiles, Dispatcher dispatcher)
    {
        Ready = new Pulse(dispatcher);
        Finished = new Pulse(dispatcher);
        Notified = new Pulse(dispatcher);
        Approvals = new Pulse(dispatcher);
        this.open = open;
        this.requireFiles = requireFiles;
        this.foreignCommit = foreignCommit;
    }

    /// <summary>A task may have become ready.</summary>
    public Pulse Ready { get; }

    /// <summary>Tasks finished, or finished ones were withdrawn or removed.</summary>
    public Pulse Finished { get; }

    /// <summary>Notifications were raised.</summary>
    public Pulse Notified { get; }

    /// <summary>Approvals were asked for, decided or withdrawn.</summary>
    public Pulse Approvals { get; }

    /// <summary>Waits for a pulse, looking for foreign commits meanwhile.</summary>
    public async Task WaitAsync(Pulse pulse, long seen, CancellationToken cancellationToken)
    {
        var wait = pulse.WaitAsync(seen, cancellationToken);
        if (wait.IsCompletedSuccessfully)
        {
            return;
        }

        Attend();
        try
        {
            await wait.ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Looks for foreign commits from now on, until <see cref="Leave"/>.</summary>
    public void Attend()
    {
        lock (gate)
        {
            waiting++;
            if (polling is null && !stop.IsCancellationRequested)
            {
                polling = Task.Factory.StartNew(Poll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
        }
    }

    /// <summary>Ends one <see cref="Attend"/>.</summary>
    public void Leave()
    {
        lock (gate)
        {
            waiting--;
        }
    }

    /// <summary>Ends all waits with the error, and the polling.</summary>
    public void Close(Exception error)
    {
        Ready.Close(error);
        Finished.Close(error);
        Notified.Close(error);
        Approvals.Close(error);
        stop.Cancel();
        Task? last;
        lock (gate)
        {
            last = polling;
        }

        last?.Wait();
    }

    public void Dispose() => stop.Dispose();

    private void Poll()
    {
        while (!LookUntilRest())
        {
            // The file cannot be read just now. Those who wait look for themselves, and meet the error.
            AdvanceAll();
            if (stop.Token.WaitHandle.WaitOne(Longest))
            {
                return;
            }
        }
    }

    /// <returns>False if a look failed; true when nobody waits any more, or it was closed.</returns>
    private bool LookUntilRest()
    {
        try
        {
            requireFiles();
            using var connection = open();
            using var look = new Statement(connection.Handle!, "PRAGMA data_version");
            var version = look.Scalar();

            // Something may have been committed between the caller's last look and this one.
            Announce(connection);
            var period = Shortest;
            while (!stop.Token.WaitHandle.WaitOne(period) && !MayRest())
            {
                requireFiles();
                var current = look.Scalar();
                if (current != version)
                {
                    version = current;
                    period = Shortest;
                    Announce(connection);
                }
                else if (period < Longest)
                {
                    period += Shortest;
                }
            }

            return true;
        }
        catch (Exception e) when (e is SqliteException or QueueStorageException || SqliteErrors.IsUnreadable(e))
        {
            return false;
        }
    }

    /// <summary>Ends the polling when nobody has waited for a whole period.</summary>
    private bool MayRest()
    {
        lock (gate)
        {
            if (waiting > 0)
            {
                return false;
            }

            polling = null;
            return true;
        }
    }

    private void Announce(SqliteConnection connection)
    {
        foreignCommit(connection);
        AdvanceAll();
    }

    private void AdvanceAll()
    {
        Ready.Advance();
        Finished.Advance();
        Notified.Advance();
        Approvals.Advance();
    }
}
