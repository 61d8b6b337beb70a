namespace DurableQueue.Cli.CommandLine;

/// <summary>Finds the queue file: <c>--queue</c>, <c>DQ_QUEUE</c>, the nearest <c>.dq/queue.db</c> upwards, the user's data folder.</summary>
internal static class QueueLocation
{
    public const string Variable = "DQ_QUEUE";

    /// <returns>An absolute path. The file may not exist yet.</returns>
    public static string Find(string? given)
    {
        if (given is not null)
        {
            return given.Length > 0 ? Path.GetFullPath(given) : throw CliException.BadInput("--queue names no file.");
        }

        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return Path.GetFullPath(named);
        }

        return FindUpwards(Environment.CurrentDirectory) ?? InDataFolder();
    }

    private static string? FindUpwards(string start)
    {
        for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
        {
            var file = Path.Combine(directory.FullName, ".dq", "queue.db");
            if (File.Exists(file))
            {
                return file;
            }
        }

        return null;
    }

    private static string InDataFolder()
    {
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return folder.Length > 0
            ? Path.Combine(folder, "dq", "queue.db")
            : throw CliException.BadInput($"There is no home directory for a queue file: name one with --queue or {Variable}.");
    }
}
