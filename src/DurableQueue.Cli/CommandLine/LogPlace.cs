using System.Security.Cryptography;
using System.Text;
using DurableQueue.Sqlite;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Where the logs of queues are, if not beside them.</summary>
internal static class LogPlace
{
    private const int HashBytes = 4;

    /// <summary>A folder for one queue: the ids of tasks, and with them the names of logs, are the same in every queue.</summary>
    public static string For(string queuePath, string directory) =>
        Path.Combine(directory, $"{Path.GetFileName(queuePath)}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(queuePath)).AsSpan(0, HashBytes))}.logs");

    /// <summary>Reads the setting: a path, relative to the folder of the file, or <c>none</c>.</summary>
    /// <exception cref="FormatException">It is not a text, or a project's file names a place outside of the project.</exception>
    /// <exception cref="CliException">It is not a path.</exception>
    public static string? Read(object raw, SettingSource source)
    {
        var text = raw as string ?? throw new FormatException("");
        if (text == "none")
        {
            return null;
        }

        var isRelative = !source.IsVariable && !Path.IsPathRooted(text) && text is not ([] or ['~' or '$', ..]);
        var directory = isRelative ? Path.GetFullPath(text, Path.GetDirectoryName(source.Name)!) : UserPath.Resolve(text, source.IsVariable ? source.Name : $"{source.Name}: log_directory");
        return source.Origin != SettingOrigin.Project || IsInProject(directory, source.Name)
            ? directory
            : throw new FormatException($"A project's file can only name a directory inside the project, and '{directory}' is not.");
    }

    private static bool IsInProject(string directory, string settings)
    {
        var project = RealPath.Of(Path.GetDirectoryName(Path.GetDirectoryName(settings))!);
        return RealPath.Of(directory).StartsWith(project + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }
}
