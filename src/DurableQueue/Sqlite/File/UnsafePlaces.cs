using System.Diagnostics;

namespace DurableQueue.Sqlite;

/// <summary>Places where a queue file would be damaged, or cannot be one. Nothing is created.</summary>
internal static class UnsafePlaces
{
    private static readonly TimeSpan FirstLookTakes = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstLookProbePeriod = TimeSpan.FromMilliseconds(10);

    /// <summary>Refuses a network file system: the file would be damaged as soon as two machines write.</summary>
    /// <param name="paths">The file.</param>
    /// <param name="fileSystemOf">The name of the file system that a directory is on.</param>
    public static void RefuseNetwork(QueuePaths paths, Func<string, string?> fileSystemOf)
    {
        if (fileSystemOf(paths.Folder) is { } name && FileSystemKind.IsRefused(name))
        {
            throw CannotOpen($"{paths.File} is on a network file system ({name}), where SQLite's write-ahead log does not work. Use a local disk.");
        }
    }

    /// <summary>
    /// Refuses a file that has, or may have, a second name: under that it would have another log and another lock, and two writers would destroy it.
    /// </summary>
    public static void RefuseSecondName(QueuePaths paths)
    {
        RefuseSpecialFile(paths.File);
        if (FileStatus.Of(paths.File) is not { } status)
        {
            return;
        }

        OpenFiles.RequireSameName(status.Identity, paths.File);
        if (status.Links > 1)
        {
            throw CannotOpen(
                $"{paths.File} has {status.Links} names (hard links), and would have a different write-ahead log under each of them. Remove the others. To copy a queue, make a backup.");
        }

        if (status.Length > 0 && FindOtherNameHolder(paths, status.Identity) is { } process)
        {
            throw CannotOpen(
                $"{paths.File} is open in process {process} under another name: it was renamed, but its log and lock file were not. Stop that process first.");
        }

        if (MountPoints.Contains(paths.File))
        {
            throw CannotOpen($"{paths.File} is itself mounted, without the files beside it. Mount its directory instead.");
        }
    }

    /// <summary>
    /// A process that has the file open, but neither its log nor its lock file. One that opens a file for the first time looks at it before it makes them: it is
    /// given time for that.
    /// </summary>
    private static int? FindOtherNameHolder(QueuePaths paths, FileIdentity file)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!File.Exists(paths.Log) && !File.Exists(paths.Lock) && FileLocks.FindOtherHolder(file) is { } process)
        {
            if (Stopwatch.GetElapsedTime(begun) >= FirstLookTakes)
            {
                return process;
            }

#pragma warning disable RS0030 // Another process gives no signal.
            Thread.Sleep(FirstLookProbePeriod);
#pragma warning restore RS0030
        }

        return null;
    }

    /// <summary>Opening a named pipe waits for its other end, and writing to a device may destroy what is on it.</summary>
    public static void RefuseSpecialFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw CannotOpen($"{path} is a directory.");
        }

        if (FileStatus.Of(path) is { IsRegularFile: false })
        {
            throw CannotOpen($"{path} is a pipe, a device or a socket. A queue needs a regular file.");
        }
    }

    private static QueueStorageException CannotOpen(string message) => new(QueueStorageError.CannotOpen, message);
}
