using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>
/// Notices what others have committed, while anybody waits: it reads <c>PRAGMA data_version</c> when the kernel reports a write to the log, and now and then.
/// The read takes a few microseconds and needs no lock; it has a thread of its own, since waking the pool would cost more than the read.
/// </summary>
internal sealed class CommitWatch : IDisposable
{
    private const string SelectStopping = "SELECT id FROM task INDEXED BY task_stopping WHERE cancel_requested = 1";

    /// <summary>A write is reported before it is synced: the first read after it may be too early.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromTicks(TimeSpan.TicksPerMillisecond / 10);

    /// <summary>One commit is often followed by others, such as those of the worker that it wakes.</summary>
    private static readonly TimeSpan PauseAfterCommit = TimeSpan.FromMilliseconds(1);

    private readonly Lock sync = new();
    private readonly QueueSignals signals;
    private readonly Func<SqliteConnection> open;
    private readonly Action requireFiles;
    private readonly Action<TaskId> requestCancel;
    private readonly Func<long> ownBatches;
    private readonly LogEvents events;
    private readonly CommitPolling polling;
    private Task? watching;
    private bool wasTold;

    /// <param name="signals">Told of commits; says whether anybody waits.</param>
    /// <param name="open">Opens a connection for reading.</param>
    /// <param name="requireFiles">Throws if the queue's files are gone: then nothing will be committed any more, and those who wait are woken to hear it.</param>
    /// <param name="requestCancel">Told, after a commit, of each running task that is to be cancelled.</param>
    /// <param name="ownBatches">A number that rises with each batch of this queue's writer.</param>
    /// <param name="events">Waits for writes to the log. Stopped and disposed with this.</param>
    /// <param name="polling">How often to read.</param>
    public CommitWatch(
        QueueSignals signals,
        Func<SqliteConnection> open,
        Action requireFiles,
        Action<TaskId> requestCancel,
        Func<long> ownBatches,
        LogEvents events,
        CommitPolling polling)
    {
        this.signals = signals;
        this.open = open;
        this.requireFiles = requireFiles;
        this.requestCancel = requestCancel;
        this.ownBatches = ownBatches;
        this.events = events;
        this.polling = polling;
        signals.Attended += Begin;
    }

    /// <summary>Ends the watch, and waits for it.</summary>
    public void Stop()
    {
        events.Stop();
        Task? last;
        lock (sync)
        {
            last = watching;
        }

        last?.Wait();
    }

    public void Dispose() => events.Dispose();

    private void Begin()
    {
        lock (sync)
        {
            if (watching is null && !events.IsStopped)
            {
                watching = Task.Factory.StartNew(Watch, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
        }
    }

    private void Watch()
    {
        while (!WatchUntilRest())
        {
            // The file cannot be read just now. Those who wait read it themselves, and meet the error.
            signals.AdvanceAll();
            if (events.Pause(polling.Longest))
            {
                return;
            }
        }
    }

    /// <returns>False if a read failed; true when no caller waits any more, or it was stopped.</returns>
    private bool WatchUntilRest()
    {
        try
        {
            requireFiles();
            using var connection = open();
            using var read = new Statement(connection.Handle!, "PRAGMA data_version");
            var version = read.Scalar();

            // Something may have been committed between the caller's last read and this one.
            while (AnnounceUntilQuiet(connection, HasChanged) && WaitForCommit(HasChanged))
            {
            }

            return true;

            bool HasChanged()
            {
                requireFiles();
                var before = version;
                version = read.Scalar();
                return version != before;
            }
        }
        catch (Exception e) when (e is SqliteException or QueueStorageException || SqliteErrors.IsUnreadable(e))
        {
            return false;
        }
    }

    /// <returns>False when no caller waits any more, or it was stopped.</returns>
    private bool WaitForCommit(Func<bool> hasChanged)
    {
        // A commit that the kernel did not report shows that polling has to do the work here.
        var longest = wasTold ? polling.LongestWhenTold : polling.Longest;
        for (var period = polling.Shortest; ; period = NextPeriod(period, longest))
        {
            // Before the read: what is written after it ends the wait.
            var own = ownBatches();
            events.Arm();
            if (hasChanged())
            {
                return true;
            }

            wasTold = events.Wait(period);
            if (events.IsStopped || MayRest())
            {
                return false;
            }

            if (wasTold && ownBatches() != own)
            {
                // Most likely written by this queue, which notifies those who wait itself.
                events.Pause(polling.Shortest);
            }
            else if (wasTold && ChangesSoon(hasChanged))
            {
                return true;
            }
        }
    }

    /// <summary>Short again after a write that no commit has followed yet: its sync may be slow.</summary>
    private TimeSpan NextPeriod(TimeSpan period, TimeSpan longest) =>
        wasTold ? polling.Shortest
        : period + polling.Shortest < longest ? period + polling.Shortest
        : longest;

    /// <summary>Reads until the commit that is being written is there, or does not come soon.</summary>
    private bool ChangesSoon(Func<bool> hasChanged)
    {
        for (var pause = FirstPause; !hasChanged(); pause *= 2)
        {
            if (pause > polling.Shortest || events.Pause(pause))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// A queue, perhaps this one, has committed. While others commit, or this queue writes, the log is not listened to: each write would wake this thread.
    /// </summary>
    /// <returns>False when no caller waits any more, or it was stopped.</returns>
    private bool AnnounceUntilQuiet(SqliteConnection connection, Func<bool> hasChanged)
    {
        Announce(connection);
        var pause = PauseAfterCommit;
        var isQuiet = false;
        while (!isQuiet)
        {
            var own = ownBatches();

            // The shorter pauses leave those who were just woken the time to wait again.
            if (events.Pause(pause) || (pause == polling.Shortest && MayRest()))
            {
                return false;
            }

            pause = pause * 2 < polling.Shortest ? pause * 2 : polling.Shortest;
            isQuiet = ownBatches() == own;
            if (hasChanged())
            {
                isQuiet = false;
                Announce(connection);
            }
        }

        return true;
    }

    /// <summary>Ends the watch if no caller waits now.</summary>
    private bool MayRest()
    {
        lock (sync)
        {
            // One who begins to wait attends first and then finds a watch, or begins one.
            if (signals.IsAttended)
            {
                return false;
            }

            watching = null;
            return true;
        }
    }

    /// <summary>The deadlines and cancels of another queue are not known here yet.</summary>
    private void Announce(SqliteConnection connection)
    {
        signals.FindDeadline(Deadlines.ReadNext(connection));
        if (signals.TellsCancels)
        {
            using var stopping = new Statement(connection, SelectStopping);
            while (stopping.Step())
            {
                requestCancel(new TaskId(stopping.Long(0)));
            }
        }

        signals.AdvanceAll();
    }
}
