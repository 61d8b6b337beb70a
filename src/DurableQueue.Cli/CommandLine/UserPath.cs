namespace DurableQueue.Cli.CommandLine;

/// <summary>Resolves paths as users write them. A shell does not expand what is in a variable, in a settings file, or after the = of an option.</summary>
internal static class UserPath
{
    private const string HomeVariable = "HOME";

    /// <exception cref="CliException">The directory was removed, or its name is not UTF-8.</exception>
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
                throw CliException.BadInput("The working directory no longer exists. Change to another directory, or give absolute paths with --queue and --working-dir.");
            }
        }
    }

    /// <summary>A directory of the user: from its variable, or the system's default.</summary>
    /// <param name="variable">For example <c>XDG_CONFIG_HOME</c>. A relative path is ignored, as the specification requires.</param>
    /// <param name="folder">The system's default.</param>
    /// <returns><see langword="null"/> if there is no home directory.</returns>
    public static string? Folder(string variable, Environment.SpecialFolder folder) =>
        ByteText.Variable(variable) is ['~' or '$', ..] named ? Resolve(named, variable)
        : PathOf(folder) is { Length: > 0 } found ? found
        : null;

    /// <summary>Makes the path absolute; <c>~/</c> is the home directory.</summary>
    /// <param name="path">The path as it was written.</param>
    /// <param name="source">Where it was written, for messages: an option, a variable or a file.</param>
    /// <exception cref="CliException">The path is empty, or begins with something that only a shell expands.</exception>
    public static string Resolve(string path, string source)
    {
        if (path is "~" || path.StartsWith("~/", StringComparison.Ordinal))
        {
            var home = PathOf(Environment.SpecialFolder.UserProfile);
            return home.Length > 0 ? Path.GetFullPath(Path.Join(home, path[1..])) : throw CliException.BadInput($"{source} is '{path}', but there is no home directory.");
        }

        return path switch
        {
            "" => throw CliException.BadInput($"{source} is empty; it must name a path."),
            ['~' or '$', ..] => throw CliException.BadInput($"{source} is '{path}': only '~/' is expanded here. Write the full path, or './{path}' if that is its name."),
            _ when path.StartsWith("file:", StringComparison.OrdinalIgnoreCase) =>
                throw CliException.BadInput($"{source} is '{path}', which is a URI. Write only the path, or './{path}' if that is its name."),
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
