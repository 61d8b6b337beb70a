using DurableQueue.Sqlite;

namespace DurableQueue.Cli.CommandLine;

/// <summary>A place where settings are looked for.</summary>
/// <param name="Source">Whose settings, and the path.</param>
/// <param name="Exists">The file is there.</param>
/// <param name="Foreign">What belongs to another user, for a message: such a file is not obeyed.</param>
internal sealed record SettingsFile(SettingSource Source, bool Exists, string? Foreign)
{
    private const string Name = "config.toml";

    /// <summary>Far more than all settings need.</summary>
    private const int MostBytes = 1 << 20;

    /// <summary><c>$XDG_CONFIG_HOME/dq/config.toml</c>, by default in <c>~/.config</c>.</summary>
    /// <returns><see langword="null"/> if there is no home directory.</returns>
    public static SettingsFile? OfUser() => UserPath.Folder("XDG_CONFIG_HOME", Environment.SpecialFolder.ApplicationData) is { } folder
        ? At(SettingOrigin.User, Path.Combine(folder, "dq", Name))
        : null;

    /// <summary><c>.dq/config.toml</c> beside <c>.dq/queue.db</c>.</summary>
    /// <returns><see langword="null"/> if the queue is not in the folder of a project.</returns>
    public static SettingsFile? OfProject(string queuePath) => Path.GetDirectoryName(queuePath) is { } folder && Path.GetFileName(folder) == QueueLocation.ProjectFolder
        ? At(SettingOrigin.Project, Path.Combine(folder, Name))
        : null;

    /// <exception cref="IOException">It can't be read, or is no file of settings: a pipe would wait for its other end.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public string ReadText()
    {
        if (FileStatus.Of(Source.Name) is { IsRegularFile: false })
        {
            throw new IOException("it is not a regular file.");
        }

        return new FileInfo(Source.Name).Length <= MostBytes ? File.ReadAllText(Source.Name) : throw new IOException($"it has more than {MostBytes} bytes.");
    }

    private static SettingsFile At(SettingOrigin origin, string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            return new SettingsFile(new SettingSource(origin, path), Exists: false, Foreign: null);
        }

        // Whoever owns the folder can replace the file.
        string[] decisive = origin == SettingOrigin.Project ? [path, Path.GetDirectoryName(path)!] : [path];
        var foreign = decisive.Select(each => FileOwner.Other(each) is { } user ? $"{each} belongs to the user {FileOwner.NameOf(user)}" : null).FirstOrDefault(each => each is not null);
        return new SettingsFile(new SettingSource(origin, path), Exists: true, foreign);
    }
}
