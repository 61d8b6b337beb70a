using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Samples;

/// <summary>The sample as it is shipped: published, and trimmed.</summary>
public sealed class TrimmedSampleTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-trimmed-");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Sample_PublishedTrimmed_RunsWithoutAWarningFromOurAssemblies()
    {
        // Restored and built with the tests: only what publishing adds is done here.
        var (published, said) = await RunAsync(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            "publish", RepositoryRoot.File("samples", "Trimmed"), "--configuration", Configuration, "--output", directory.FullName,
            "--no-restore", "-p:BuildProjectReferences=false", "-nodeReuse:false", "--nologo");
        Assert.True(published == 0, said);
        Assert.DoesNotContain("warning IL", said, StringComparison.Ordinal);

        var program = Path.Combine(directory.FullName, OperatingSystem.IsWindows() ? "Trimmed.exe" : "Trimmed");
        var (exit, ran) = await RunAsync(program);
        Assert.True(exit == 0, ran);
        Assert.Contains("ok", ran, StringComparison.Ordinal);

        var (refused, error) = await RunAsync(program, "--without-context");
        Assert.True(refused == 3, error);
        foreach (var type in new[] { "Trimmed.Order", "Trimmed.Receipt" })
        {
            Assert.Contains($"Pass a source-generated context that includes {type} to UseJson(context).", error, StringComparison.Ordinal);
        }
    }

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private async Task<(int Exit, string Said)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        using var guard = new CancellationTokenSource(Limit);
        var errors = process.StandardError.ReadToEndAsync(guard.Token);
        var said = await process.StandardOutput.ReadToEndAsync(guard.Token) + await errors;
        await process.WaitForExitAsync(guard.Token);
        output.WriteLine(said);
        return (process.ExitCode, said);
    }
}
