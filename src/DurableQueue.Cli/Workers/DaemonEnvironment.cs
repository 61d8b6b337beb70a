using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes.Linux;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Workers;

/// <summary>
/// The environment of a worker that starts by itself. It outlives the command that started it and runs the tasks of others, so it keeps only what describes the
/// user and the system, and nothing that may be a secret of the caller.
/// </summary>
internal static class DaemonEnvironment
{
    private static readonly HashSet<string> Kept = new(
        [
            "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH",
            "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", .. SettingKeys.All.Select(setting => setting.Variable).OfType<string>(),
        ],
        StringComparer.Ordinal);

    /// <summary>Locale settings, and where and how the runtime of dq is found.</summary>
    private static readonly string[] KeptPrefixes = ["LC_", "DOTNET_"];

    public static IReadOnlyList<byte[]> Read() =>
        [.. CommandEnvironment.Readable().Where(pair => IsKept(pair.Key)).Select(pair => RawEnvironment.BytesOf(pair.Key, pair.Value))];

    /// <summary>The names of the variables that are set and kept.</summary>
    public static IEnumerable<string> Names() => CommandEnvironment.Readable().Select(pair => pair.Key).Where(IsKept);

    private static bool IsKept(string name) => Kept.Contains(name) || KeptPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
