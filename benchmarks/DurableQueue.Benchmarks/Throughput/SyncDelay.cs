using System.Diagnostics;
using System.Globalization;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>A slow disk where there is none: runs this program again with a library before libc that delays every sync. Linux, with a C compiler.</summary>
internal static class SyncDelay
{
    private const string Variable = "DURABLEQUEUE_SYNC_DELAY_MS";

    public static bool IsActive => Environment.GetEnvironmentVariable(Variable) is not null;

    /// <returns>The exit code of the second run.</returns>
    public static async Task<int> RunAgainAsync(int delayMs, string[] args)
    {
        var directory = Directory.CreateTempSubdirectory("durable-queue-sync-delay-");
        try
        {
            var library = Path.Combine(directory.FullName, "sync_delay.so");
            var source = Path.Combine(AppContext.BaseDirectory, "Throughput", "sync_delay.c");
            using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"]);
            await compiler.WaitForExitAsync();
            if (compiler.ExitCode != 0)
            {
                throw new InvalidOperationException("--sync-delay-ms needs a C compiler named cc.");
            }

            var start = SelfProcess.StartInfo(["throughput", .. args]);
            start.Environment[Variable] = delayMs.ToString(CultureInfo.InvariantCulture);
            start.Environment["LD_PRELOAD"] = library;
            using var again = Process.Start(start)!;
            await again.WaitForExitAsync();
            return again.ExitCode;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
