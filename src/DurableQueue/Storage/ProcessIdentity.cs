using System.Diagnostics;
using System.Globalization;

namespace DurableQueue.Storage;

/// <summary>Names one process for good: pids are used again, and containers share host names.</summary>
/// <param name="Host">The machine's name.</param>
/// <param name="BootId">Changes with each boot, and differs between containers; empty where the system does not tell.</param>
/// <param name="Pid">Process id.</param>
/// <param name="StartedAt">When it started, in the system's own units.</param>
internal sealed record ProcessIdentity(string Host, string BootId, int Pid, long StartedAt)
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";
    private const string PidNamespaceLink = "/proc/self/ns/pid";

    public static ProcessIdentity Current() =>
        new(Environment.MachineName, ReadBootId(), Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0);

    /// <summary>Whether it ran on this machine since its latest boot and runs no more.</summary>
    public bool IsGoneFromHere()
    {
        if (Host != Environment.MachineName || BootId != ReadBootId())
        {
            return false;
        }

        return StartOf(Pid) != StartedAt;
    }

    /// <summary>Containers of one machine share its boot id, and may share a host name: their process ids count from different starts.</summary>
    public static string ReadBootId() =>
        ReadSystemBootId() is { Length: > 0 } boot ? $"{boot} {new FileInfo(PidNamespaceLink).LinkTarget}" : "";

    /// <summary>Changes with each boot, and is the same in all containers of a machine; empty where the system has none.</summary>
    public static string ReadSystemBootId() => File.Exists(BootIdFile) ? File.ReadAllText(BootIdFile).Trim() : "";

    /// <summary>When the process started; <see langword="null"/> if there is none, or only the remains that its parent has not collected.</summary>
    private static long? StartOf(int pid)
    {
        if (OperatingSystem.IsLinux())
        {
            return LinuxStartOf(pid);
        }

        try
        {
            using var process = Process.GetProcessById(pid);
            return process.HasExited ? null : process.StartTime.ToUniversalTime().Ticks;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static long? LinuxStartOf(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        }
        catch (IOException)
        {
            return null;
        }

        // The name, in parentheses, may hold anything: count the fields behind its end. The first is the state, the 20th the start.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
    }
}
