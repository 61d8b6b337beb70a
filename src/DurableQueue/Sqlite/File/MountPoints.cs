using System.Text.RegularExpressions;

namespace DurableQueue.Sqlite;

/// <summary>
/// Where file systems are mounted. A single file can be mounted too, as containers do with <c>-v queue.db:/queue.db</c>; its log and lock would then
/// be other files than those beside the original.
/// </summary>
internal static partial class MountPoints
{
    private const string List = "/proc/self/mountinfo";
    private const int PlaceOfMountPoint = 4;

    /// <summary>Whether something is mounted at this very path; <see langword="false"/> where the system doesn't tell.</summary>
    public static bool Contains(string path)
    {
        try
        {
            return File.Exists(List) && Contains(path, File.ReadLines(List));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <param name="path">A real path.</param>
    /// <param name="mountInfo">The lines of <c>/proc/self/mountinfo</c>.</param>
    public static bool Contains(string path, IEnumerable<string> mountInfo) =>
        mountInfo.Any(line => line.Split(' ') is { Length: > PlaceOfMountPoint } fields
            && (fields[PlaceOfMountPoint].Contains('\\', StringComparison.Ordinal) ? Unescape(fields[PlaceOfMountPoint]) : fields[PlaceOfMountPoint]) == path);

    /// <summary>Spaces, tabs, line ends and backslashes are written as octal numbers, byte by byte.</summary>
    private static string Unescape(string text) => Escapes().Replace(text, match => $"{(char)Convert.ToInt32(match.Groups[1].Value, 8)}");

    [GeneratedRegex(@"\\([0-7]{3})", RegexOptions.CultureInvariant)]
    private static partial Regex Escapes();
}
