namespace DurableQueue.Cli.CommandLine;

/// <summary>Where dq remembers what belongs to the user and this computer.</summary>
internal static class StateFolder
{
    private const string Variable = "XDG_STATE_HOME";

    /// <summary><see langword="null"/> if there is no home directory.</summary>
    public static string? Path =>
        ByteText.Variable(Variable) is ['/', ..] state ? System.IO.Path.Combine(state, "dq")
        : UserPath.Folder("HOME", Environment.SpecialFolder.UserProfile) is { } home ? System.IO.Path.Combine(home, ".local", "state", "dq")
        : null;

    /// <summary>Creates a folder in it, or itself, for the user alone.</summary>
    public static void Create(string folder)
    {
        // Of several folders that are missing, only the last would be the user's alone.
        if (folder != Path && Path is { } all)
        {
            Create(all);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
