using System.Globalization;
using System.Text;

namespace DurableQueue.Processes.Linux;

/// <summary>The state of a process, from <c>/proc/&lt;pid&gt;/stat</c>.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="State">One letter: R running, S sleeping, T stopped, Z ended and not collected by its parent.</param>
/// <param name="Parent">Its parent process.</param>
/// <param name="Group">Its process group.</param>
/// <param name="Session">Its session.</param>
/// <param name="StartedAt">When it started, in clock ticks since the boot.</param>
internal readonly record struct ProcessStat(int Pid, char State, int Parent, int Group, int Session, long StartedAt)
{
    public bool HasEnded => State is 'Z' or 'X';

    /// <returns><see langword="null"/> if there is no such process.</returns>
    public static ProcessStat? Read(int pid)
    {
        try
        {
            return Parse(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <returns><see langword="null"/> if the text is not valid.</returns>
    public static ProcessStat? Parse(string line)
    {
        // The name, in parentheses, may contain anything: the fields are counted from its end.
        var open = line.IndexOf('(', StringComparison.Ordinal);
        var close = line.LastIndexOf(')');
        if (open < 1 || close < open || close + 2 >= line.Length)
        {
            return null;
        }

        var fields = line[(close + 2)..].Split(' ');
        return fields.Length > 19
            && int.TryParse(line.AsSpan(0, open), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var pid)
            && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var parent)
            && int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var group)
            && int.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var session)
            && long.TryParse(fields[19], NumberStyles.None, CultureInfo.InvariantCulture, out var started)
            ? new ProcessStat(pid, fields[0][0], parent, group, session, started)
            : null;
    }

    /// <summary>Every process that has not ended.</summary>
    public static IEnumerable<ProcessStat> ReadAll() => ReadAllWithEnded().Where(process => !process.HasEnded);

    /// <summary>Every process, including ended ones that their parents have not collected.</summary>
    public static IEnumerable<ProcessStat> ReadAllWithEnded()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Read(pid) is { } stat)
            {
                yield return stat;
            }
        }
    }

    /// <summary>The name of its program; empty if the process is gone.</summary>
    public static string ReadName(int pid)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/comm")).TrimEnd('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>The arguments of the process. Empty if it is gone or has ended.</summary>
    public static IReadOnlyList<string> ReadArguments(int pid)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline"))).Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Whether the process was started with all of these environment variables. False if its environment may not be read.</summary>
    public static bool HasEnvironment(int pid, IReadOnlyList<string> variables)
    {
        try
        {
            var environment = Encoding.UTF8.GetString(File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/environ"))).Split('\0');
            return variables.All(variable => environment.Contains(variable, StringComparer.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
