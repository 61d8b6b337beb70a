namespace DurableQueue.Sqlite;

/// <summary>
/// Where the files of a queue are. The queue file's real path is resolved once; every other name is derived from it, in the store, for commands and in
/// <c>dq</c> alike.
/// </summary>
/// <param name="path">Any spelling of the queue file, which may not exist yet.</param>
internal sealed class QueuePaths(string path)
{
    public string File { get; } = RealPath.Of(path);

    public string Folder => Path.GetDirectoryName(File)!;

    /// <summary>The lock file between processes.</summary>
    public string Lock => File + "-gate";

    /// <summary>SQLite's write-ahead log.</summary>
    public string Log => File + "-wal";

    /// <summary>SQLite's index of the log, in memory that all processes share.</summary>
    public string SharedMemory => File + "-shm";

    /// <summary>Where commands leave their output, unless they are told another place.</summary>
    public string CommandLogs => File + ".logs";
}
