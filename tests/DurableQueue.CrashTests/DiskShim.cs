using System.Diagnostics;

namespace DurableQueue.CrashTests;

/// <summary>The library that is loaded before libc into children, to record what they do to the disk or to kill them in a write. Linux, with a C compiler.</summary>
internal static class DiskShim
{
    private static readonly Lazy<string> Library = new(Compile);

    /// <summary>Records everything in a file.</summary>
    public static Dictionary<string, string> Trace(string path) => new() { ["LD_PRELOAD"] = Library.Value, ["DURABLEQUEUE_DISK_TRACE"] = path };

    /// <summary>Does half of a write and dies.</summary>
    /// <param name="suffix">To which file.</param>
    /// <param name="hit">In which write to it, from 1.</param>
    public static Dictionary<string, string> Kill(string suffix, int hit) => new() { ["LD_PRELOAD"] = Library.Value, ["DURABLEQUEUE_DISK_KILL"] = $"{suffix}:{hit}" };

    private static string Compile()
    {
        var directory = Directory.CreateTempSubdirectory("durable-queue-disk-").FullName;
        var library = Path.Combine(directory, "disk.so");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-O2", "-o", library, Path.Combine(AppContext.BaseDirectory, "Native", "disk.c"), "-ldl", "-lpthread"]);
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? library : throw new InvalidOperationException("The crash tests need a C compiler named cc.");
    }
}
