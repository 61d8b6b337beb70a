using Dapper;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>
/// Notices what others have committed, while anybody waits, by reading <c>PRAGMA data_version</c> every 5 to 50 ms. That takes a few microseconds, and needs
/// no lock; it has a thread of its own, since waking the pool would cost more than the read.
/// </summary>
internal sealed class CommitWatch : IDisposable
{
    private const string SelectStopping = $"SELECT id FROM task INDEXED BY task_stopping WHERE state = {TaskStateCode.CheckedOut} AND cancel_requested = 1";

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(50);

    private readonly Lock sync = new();
    private readonly QueueSignals signals;
    private readonly Func<SqliteConnection> open;
    private readonly Action requireFiles;
    private readonly Action<TaskId> requestCancel;
    private readonly CancellationTokenSource stop = new();
    private Task? polling;

    /// <param name="signals">Told of commits; says whether anybody waits.</param>
    /// <param name="open">Opens a connection for polling.</param>
    /// <param name="requireFiles">Throws if the queue's files are gone: then nothing will be committed any more, and those who wait are woken to hear it.</param>
    /// <param name="requestCancel">Told, after a commit, of each running task that is to be cancelled.</param>
    public CommitWatch(QueueSignals signals, Func<SqliteConnection> open, Action requireFiles, Action<TaskId> requestCancel)
    {
        this.signals = signals;
        this.open = open;
        this.requireFiles = requireFiles;
        this.requestCancel = requestCancel;
        signals.Attended += Begin;
    }

    /// <summary>Ends the polling, and waits for it.</summary>
    public void Stop()
    {
        stop.Cancel();
        Task? last;
        lock (sync)
        {
            last = polling;
        }

        last?.Wait();
    }

    public void Dispose() => stop.Dispose();

    private void Begin()
    {
        lock (sync)
        {
            if (polling is null && !stop.IsCancellationRequested)
            {
                polling = Task.Factory.StartNew(Poll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
        }
    }

    private void Poll()
    {
        while (!PollUntilRest())
        {
            // The file cannot be read just now. Those who wait read it themselves, and meet the error.
            signals.AdvanceAll();
            if (stop.Token.WaitHandle.WaitOne(Longest))
            {
                return;
            }
        }
    }

    /// <returns>False if a read failed; true when no caller waits any more, or it was stopped.</returns>
    private bool PollUntilRest()
    {
        try
        {
            requireFiles();
            using var connection = open();
            using var read = new Statement(connection.Handle!, "PRAGMA data_version");
            var version = read.Scalar();

            // Something may have been committed between the caller's last read and this one.
            Announce(connection);
            var period = Shortest;
            while (!stop.Token.WaitHandle.WaitOne(period) && !MayRest())
            {
                requireFiles();
                var current = read.Scalar();
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

    /// <summary>Ends the polling when no caller has waited for a whole period.</summary>
    private bool MayRest()
    {
        lock (sync)
        {
            // One who begins to wait attends first and then finds a poll, or begins one.
            if (signals.IsAttended)
            {
                return false;
            }

            polling = null;
            return true;
        }
    }

    /// <summary>A queue, perhaps this one, has committed: its deadlines and cancels are not known here yet.</summary>
    private void Announce(SqliteConnection connection)
    {
        signals.FindDeadline(Deadlines.ReadNext(connection));
        if (signals.TellsCancels)
        {
            foreach (var id in connection.Query<long>(SelectStopping))
            {
                requestCancel(new TaskId(id));
            }
        }

        signals.AdvanceAll();
    }
}
