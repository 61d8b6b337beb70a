using System.Globalization;
using DurableQueue.Sqlite;

namespace DurableQueue.Cli.CommandLine;

/// <summary>
/// The queues in project folders that the caller made, restored or ran a worker for, on this computer. A project that was cloned or unpacked belongs to the caller
/// and may bring a queue with tasks of somebody else: no worker starts by itself for one that is not known.
/// </summary>
internal static class KnownQueues
{
    private static string? ListPath => StateFolder.Path is { } folder ? Path.Combine(folder, "queues") : null;

    /// <summary>Whether a worker may start by itself. Queues that are in no project folder were named, or are the user's own.</summary>
    public static bool IsKnown(string queuePath)
    {
        if (!SafeQueues.IsProjectFolder(Path.GetDirectoryName(queuePath)!))
        {
            return true;
        }

        try
        {
            return ListPath is { } list && File.Exists(list) && FileOwner.Other(list) is null && LineOf(queuePath) is { } line && File.ReadLines(list).Contains(line, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Remembers a queue. Where that does not work, workers are started by hand.</summary>
    public static void Add(string queuePath)
    {
        if (IsKnown(queuePath) || ListPath is not { } list || LineOf(queuePath) is not { } line)
        {
            return;
        }

        try
        {
            StateFolder.Create(Path.GetDirectoryName(list)!);

            // One write at the end of the file, so that processes that do this at once lose nothing.
            File.AppendAllText(list, line + '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next worker that is started by hand tries again.
        }
    }

    /// <summary>Names the file itself: another one in its place is another queue, and a folder that is moved keeps its own.</summary>
    private static string? LineOf(string queuePath) => FileStatus.Of(queuePath)?.Identity is { } file
        ? string.Create(CultureInfo.InvariantCulture, $"{file.Device:x} {file.Inode:x} {file.CreatedAt:x}")
        : null;
}
