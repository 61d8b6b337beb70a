using System.Diagnostics;
using Xunit;

namespace DurableQueue.Tests.Benchmarks;

/// <summary>The program of the benchmarks, as a process of its own.</summary>
internal static class BenchmarkProgram
{
    private static readonly TimeSpan Guard = TimeSpan.FromMinutes(3);

    /// <returns>What it printed; it has succeeded.</returns>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var program = RepositoryRoot.BuiltAssembly("benchmarks", "DurableQueue.Benchmarks");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await Task.WhenAll(process.WaitForExitAsync(), output, errors).WaitAsync(Guard);
            Assert.True(process.ExitCode == 0, await output + await errors);
            return await output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
