namespace DurableQueue.Cli.CommandLine;

/// <summary>Paths as people write them. No shell has expanded what comes from a variable, a settings file, or behind the = of an option.</summary>
internal static class UserPath
{
    private const string HomeVariable = "HOME";

    /// <exception cref="CliException">It was removed, or its name is not UTF-8.</exception>
    public static string WorkingDirectory
    {
        get
        {
            try
            {
                var directory = Environment.CurrentDirectory;
                ByteText.CheckWorkingDirectory(directory);
                return directory;
            }
            catch (IOException)
            {
                throw CliException.BadInput("The working directory no longer exists: change to another one, or name all paths from the root, with --queue and --working-dir.");
            }
        }
    }

    /// <summary>A folder of the user: by its variable, else where the system keeps it.</summary>
    /// <param name="variable">Such as <c>XDG_CONFIG_HOME</c>. A relative path there does not count, as the specification has it.</param>
    /// <param name="folder">What it stands for.</param>
    /// <returns><see langword="null"/> if there is no home directory.</returns>
    public static string? Folder(string variable, Environment.SpecialFolder folder) =>
        ByteText.Variable(variable) is ['~' or '$', ..] named ? Resolve(named, variable)
        : PathOf(folder) is { Length: > 0 } found ? found
        : null;

    /// <summary>An absolute path; <c>~/</c> is the home directory.</summary>
    /// <param name="path">As it was written.</param>
    /// <param name="source">Where it was written, for the message: an option, a variable, a file.</param>
    /// <exception cref="CliException">It is empty, or begins with what only a shell expands.</exception>
    public static string Resolve(string path, string source)
    {
        if (path is "~" || path.StartsWith("~/", StringComparison.Ordinal))
        {
            var home = PathOf(Environment.SpecialFolder.UserProfile);
            return home.Length > 0 ? Path.GetFullPath(Path.Join(home, path[1..])) : throw CliException.BadInput($"{source} is '{path}', but there is no home directory.");
        }

        return path switch
        {
            "" => throw CliException.BadInput($"{source} names no path."),
            ['~' or '$', ..] => throw CliException.BadInput($"{source} is '{path}': only '~/' is expanded here. Write the whole path, or './{path}' if that is its name."),
            _ when path.StartsWith("file:", StringComparison.OrdinalIgnoreCase) =>
                throw CliException.BadInput($"{source} is '{path}', which is a URI: write the path alone, or './{path}' if that is its name."),
            _ when path.Contains('\0', StringComparison.Ordinal) => throw CliException.BadInput($"{source} is not a path: it contains a NUL character."),
            _ => Path.IsPathRooted(path) ? Path.GetFullPath(path) : Path.GetFullPath(path, WorkingDirectory),
        };
    }

    private static string PathOf(Environment.SpecialFolder folder)
    {
        _ = ByteText.Variable(HomeVariable);
        return Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify);
    }
}
