using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.PostgreSql;

/// <summary>Says after each commit of this queue what it means: to those who wait here, and to the other processes.</summary>
internal sealed class CommitSignals(QueueSignals signals, CommitAnnouncer announcer, CommitNotifier notifier, StoreClock clock)
{
    /// <param name="ready">A task may have become ready, or a slot free.</param>
    /// <param name="finished">Tasks finished, or finished ones were withdrawn or removed.</param>
    /// <param name="dueMs">When something is to be done by the clock.</param>
    public void Wrote(bool ready = false, bool finished = false, long? dueMs = null)
    {
        if (ready)
        {
            signals.Ready.Advance();
        }

        if (finished)
        {
            signals.Finished.Advance();
        }

        signals.Changed.Advance();
        Due(dueMs);
        notifier.Request();
    }

    /// <summary>Something is to be done by the clock.</summary>
    public void Due(long? dueMs)
    {
        if (clock.NextMs(dueMs) is { } next)
        {
            signals.FindDeadline(next);
        }
    }

    public void RequestCancel(TaskId id) => announcer.RequestCancel(id);
}
