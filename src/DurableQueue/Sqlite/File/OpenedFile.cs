using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>A queue file while it is open.</summary>
/// <param name="Place">Where it is, and how connections are opened.</param>
/// <param name="Lock">The lock of its writers.</param>
/// <param name="Presence">Tells when its files are gone.</param>
/// <param name="Db">The writer's connection.</param>
/// <param name="Dispatcher">Where those who wait continue.</param>
internal sealed record OpenedFile(QueueFile Place, FileLock Lock, FilePresence Presence, WriteConnection Db, Dispatcher Dispatcher)
{
    /// <summary>Takes the file lock on the caller's thread.</summary>
    public bool TryEnter(TimeSpan timeout)
    {
        var entering = Lock.StartEntering();
        return Task.WaitAny([entering], timeout) == 0 && entering.IsCompletedSuccessfully;
    }
}
