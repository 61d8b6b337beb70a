using System.Diagnostics;

namespace DurableQueue.Sqlite;

/// <summary>
/// Whether the queue's files still have their names. SQLite goes on writing to a file that was removed while it is open, and nothing says so: what
/// is acknowledged then would be gone with the last descriptor.
/// </summary>
internal sealed class FilePlace(string path, Gate gate)
{
    private long gateLookedAt = Stopwatch.GetTimestamp();
    private bool gateIsGone;

    /// <summary>Asked between each commit and its acknowledgements.</summary>
    /// <returns><see langword="null"/> if all is well.</returns>
    public QueueStorageException? WhyLost()
    {
        if (!File.Exists(path))
        {
            return new QueueStorageException(
                QueueStorageError.CannotOpen, $"The queue file {path} was removed or renamed while it was open; nothing written since is kept. Close the queue.");
        }

        // Less often: it costs more, and a gate that is gone harms only if somebody makes a new one.
        if (!gateIsGone && Stopwatch.GetElapsedTime(gateLookedAt) >= TimeSpan.FromSeconds(1))
        {
            gateLookedAt = Stopwatch.GetTimestamp();
            gateIsGone = gate.IsRemoved();
        }

        return gateIsGone
            ? new QueueStorageException(
                QueueStorageError.CannotOpen, $"The lock file of the queue {path} was removed while it was open: another process may write now. Close the queue.")
            : null;
    }
}
