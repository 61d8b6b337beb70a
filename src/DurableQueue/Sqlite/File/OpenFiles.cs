namespace DurableQueue.Sqlite;

/// <summary>
/// The queue files that are open in this process. One file under two names, such as two bind mounts, would have two logs and two locks; and a file that is
/// open must not be opened by hand, because closing any descriptor drops SQLite's locks.
/// </summary>
internal static class OpenFiles
{
    private static readonly Lock Sync = new();
    private static readonly Dictionary<FileIdentity, (string Path, int Count)> Open = [];

    /// <summary>Adds a file for as long as a queue has it open.</summary>
    /// <exception cref="QueueStorageException">It is open under another name.</exception>
    public static void Add(FileIdentity file, string path)
    {
        lock (Sync)
        {
            RequireSameName(file, path);
            Open[file] = (path, Open.GetValueOrDefault(file).Count + 1);
        }
    }

    /// <exception cref="QueueStorageException">It is open under another name.</exception>
    public static void RequireSameName(FileIdentity file, string path)
    {
        lock (Sync)
        {
            if (Open.TryGetValue(file, out var other) && other.Path != path)
            {
                throw new QueueStorageException(QueueStorageError.CannotOpen, $"{path} is the same file as {other.Path}, which this process has open. Use one name.");
            }
        }
    }

    public static void Remove(FileIdentity file)
    {
        lock (Sync)
        {
            var (path, count) = Open[file];
            if (count == 1)
            {
                Open.Remove(file);
            }
            else
            {
                Open[file] = (path, count - 1);
            }
        }
    }

    public static bool Contains(FileIdentity file)
    {
        lock (Sync)
        {
            return Open.ContainsKey(file);
        }
    }
}
