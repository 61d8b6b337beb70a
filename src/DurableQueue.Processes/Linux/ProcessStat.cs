using System.Globalization;
using System.Text;

namespace DurableQueue.Processes.Linux;

/// <summary>What the kernel says about a process, in <c>/proc/&lt;pid&gt;/stat</c>.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="State">One letter: R running, S sleeping, T stopped, Z ended and not collected by its parent.</param>
/// <param name="Parent">Who collects it.</param>
/// <param name="Group">Its process group.</param>
/// <param name="Session">Its session.</param>
/// <param name="StartedAt">In clock ticks since the boot.</param>
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

    /// <returns><see langword="null"/> if it is none.</returns>
    public static ProcessStat? Parse(string line)
    {
        // The name, in parentheses, may hold anything: count the fields behind its end.
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

    /// <summary>Every process, with those that have ended and that their parents have not collected.</summary>
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

    /// <summary>The name of its program; empty if it is gone.</summary>
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

    /// <summary>What the process was started with. Empty if it is gone, or has ended.</summary>
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

    /// <summary>Whether the process was given all of these environment variables at its start. False if that may not be looked at.</summary>
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
