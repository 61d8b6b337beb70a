using System.Reflection;
using System.Runtime.InteropServices;

namespace DurableQueue.Cli.Dashboard;

/// <summary>Finds the native library of SQLite where dq has it: in the folder above.</summary>
internal static class SqliteOfDq
{
    /// <summary>To be called before a queue is opened.</summary>
    public static void Use() => NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        foreach (var path in Places(name))
        {
            if (NativeLibrary.TryLoad(path, out var library))
            {
                return library;
            }
        }

        // As if there were no resolver.
        return 0;
    }

    /// <summary>Beside a native dq; otherwise as the runtime looks for it, which may have been built for one distribution and say so.</summary>
    private static IEnumerable<string> Places(string name)
    {
        var dq = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))!;
        var file = OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";
        yield return Path.Combine(dq, file);
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        string[] systems = OperatingSystem.IsWindows() ? ["win"] : OperatingSystem.IsMacOS() ? ["osx"] : ["linux", "linux-musl"];
        foreach (var system in systems.Select(system => $"{system}-{architecture}").Prepend(RuntimeInformation.RuntimeIdentifier))
        {
            yield return Path.Combine(dq, "runtimes", system, "native", file);
        }
    }
}
