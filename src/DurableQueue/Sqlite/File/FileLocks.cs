using System.Globalization;

namespace DurableQueue.Sqlite;

/// <summary>The record locks that the kernel knows. Asked without a descriptor of the file, and so at any time.</summary>
internal static class FileLocks
{
    private const string List = "/proc/locks";
    private const string Kind = "POSIX";
    private const int PlaceOfKind = 1;
    private const int PlaceOfProcess = 4;
    private const int PlaceOfFile = 5;

    /// <summary>Another process that has a lock on the file, as every connection of a queue has.</summary>
    /// <returns><see langword="null"/> if there is none, or the system doesn't tell, as of processes in other containers.</returns>
    public static int? FindOtherHolder(FileIdentity file)
    {
        try
        {
            return File.Exists(List) ? FindOtherHolder(file, File.ReadLines(List)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <param name="file">The file.</param>
    /// <param name="locks">The lines of <c>/proc/locks</c>.</param>
    public static int? FindOtherHolder(FileIdentity file, IEnumerable<string> locks)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{file.Device >> 32:x2}:{(uint)file.Device:x2}:{file.Inode}");
        foreach (var line in locks)
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > PlaceOfFile && fields[PlaceOfKind] == Kind && fields[PlaceOfFile] == name
                && int.TryParse(fields[PlaceOfProcess], NumberStyles.None, CultureInfo.InvariantCulture, out var process) && process != Environment.ProcessId)
            {
                return process;
            }
        }

        return null;
    }
}
