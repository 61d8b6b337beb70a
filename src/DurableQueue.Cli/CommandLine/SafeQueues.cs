using DurableQueue.Processes;

namespace DurableQueue.Cli.CommandLine;

/// <summary>
/// Decides which users' queues are used. Whoever can write to a queue decides what its worker runs: a queue that is found by searching parent directories must
/// belong to the caller, and a worker runs another user's queue only if the caller's settings name its directory.
/// </summary>
internal static class SafeQueues
{
    /// <summary>Finds another user who owns the queue, or a file beside it.</summary>
    /// <param name="queuePath">The queue file.</param>
    /// <param name="withFolder">The directory belongs to the queue: it is checked too, and so are the settings in it.</param>
    /// <returns>What belongs to another user, for a message; <see langword="null"/> if everything belongs to the caller, or the caller trusts the directory.</returns>
    public static string? FindForeign(string queuePath, bool withFolder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // Both the link and its target are checked. The files beside the queue are beside the target.
        return FindForeignAt(queuePath, withFolder) ?? (RealPathOf(queuePath) is var real && real != queuePath ? FindForeignAt(real, withFolder: false) : null);
    }

    /// <summary>Finds what keeps the caller's worker from running a queue.</summary>
    /// <returns>What belongs to another user, for a message; <see langword="null"/> if a worker may run it.</returns>
    public static string? FindForeignForWorker(string queuePath) => FindForeign(queuePath, withFolder: IsProjectFolder(Path.GetDirectoryName(queuePath)!));

    /// <summary>Checks a queue before a worker runs it.</summary>
    /// <exception cref="CliException">The queue belongs to another user.</exception>
    public static void RequireForWorker(string queuePath)
    {
        if (FindForeignForWorker(queuePath) is { } foreign)
        {
            throw new CliException(
                ExitCode.QueueUnusable,
                $"{foreign}: your worker would run that user's commands as {FileOwner.NameOf(FileOwner.Me)}. If you trust everyone who can write to the queue, add "
                + $"'{Path.GetDirectoryName(queuePath)}' to safe_queues in {SettingsFile.OfUser()?.Source.Name ?? "your settings"}, or to {SettingKeys.SafeQueues.Variable}.");
        }
    }

    private static string? FindForeignAt(string queuePath, bool withFolder)
    {
        var folder = Path.GetDirectoryName(queuePath)!;
        var own = EntriesOf(folder).Where(entry => Belongs(entry, queuePath, withFolder)).Prepend(queuePath);
        foreach (var path in withFolder ? own.Prepend(folder) : own)
        {
            if (FileOwner.Other(path) is { } user)
            {
                return IsTrusted(folder) ? null : $"{path} belongs to the user {FileOwner.NameOf(user)}";
            }
        }

        return null;
    }

    private static IEnumerable<string> EntriesOf(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder) : [];
        }
        catch (UnauthorizedAccessException)
        {
            // The file itself was checked. In a directory that can't be listed, nothing can be found beside it.
            return [];
        }
    }

    /// <summary>The write-ahead log, the lock, the logs of commands and the files of a worker; in the queue's own directory, the settings too.</summary>
    private static bool Belongs(string entry, string queuePath, bool withFolder)
    {
        var name = Path.GetFileName(entry.AsSpan());
        var queue = Path.GetFileName(queuePath.AsSpan());
        return (name.StartsWith(queue, StringComparison.Ordinal) && name[queue.Length..] is ['-', ..] or ".logs" or ['.', 'w', 'o', 'r', 'k', 'e', 'r', '.', ..])
            || (withFolder && name.StartsWith("config", StringComparison.Ordinal));
    }

    /// <summary>Whether the directory is the <c>.dq</c> of a project.</summary>
    public static bool IsProjectFolder(string folder) => Path.GetFileName(folder) == QueueLocation.ProjectFolder;

    private static bool IsTrusted(string folder)
    {
        var settings = Settings.OfUser();
        settings.RequireValid();
        return settings.Get(SettingKeys.SafeQueues)
            .SelectMany(trusted => new[] { Path.TrimEndingDirectorySeparator(trusted), Path.GetDirectoryName(RealPathOf(Path.Combine(trusted, "any")))! })
            .Any(trusted => trusted == folder || (IsProjectFolder(folder) && trusted == Path.GetDirectoryName(folder)));
    }

    private static string RealPathOf(string path) => new CommandFiles(path).QueuePath;
}
