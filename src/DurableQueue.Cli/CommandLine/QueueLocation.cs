using DurableQueue.Processes;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Finds the queue file: <c>--queue</c>, <c>DQ_QUEUE</c>, the nearest <c>.dq/queue.db</c> upwards, the user's data folder.</summary>
internal static class QueueLocation
{
    public const string Variable = CommandTask.QueueVariable;

    /// <summary>The directory of a project that contains its queue.</summary>
    public const string ProjectFolder = ".dq";

    /// <param name="given">The value of <c>--queue</c>.</param>
    /// <param name="note">Receives a message for each queue that was skipped.</param>
    /// <returns>An absolute path. The file may not exist yet.</returns>
    public static string Find(string? given, Action<string> note)
    {
        if (given is not null)
        {
            return UserPath.Resolve(given, "--queue");
        }

        if (ByteText.Variable(Variable) is { Length: > 0 } named)
        {
            return UserPath.Resolve(named, Variable);
        }

        return FindUpwards(UserPath.WorkingDirectory, note) ?? InDataFolder();
    }

    private static string? FindUpwards(string start, Action<string> note)
    {
        for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
        {
            var file = Path.Combine(directory.FullName, ProjectFolder, "queue.db");
            if (!File.Exists(file))
            {
                continue;
            }

            if (SafeQueues.FindForeign(file, withFolder: true) is not { } foreign)
            {
                return file;
            }

            note($"{file} is skipped: {foreign}. To use it, name it with --queue or {Variable}.");
        }

        return null;
    }

    private static string InDataFolder() =>
        UserPath.Folder("XDG_DATA_HOME", Environment.SpecialFolder.LocalApplicationData) is { } folder
            ? Path.Combine(folder, "dq", "queue.db")
            : throw CliException.BadInput($"There is no home directory for a queue file. Name the file with --queue or {Variable}.");
}
