using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Samples;

/// <summary>The samples that store an order and the task for it in one transaction.</summary>
public sealed class OutboxSampleTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("Outbox", "order 2 of a regret with task 2: rolled back")]
    [InlineData("EfCore", "order 2 of a regret: rolled back")]
    public async Task Sample_RunsAsItSays(string name, string rolledBack)
    {
        var program = RepositoryRoot.BuiltAssembly("samples", name);
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var sample = Process.Start(start) ?? throw new InvalidOperationException("The sample did not start.");
        using var guard = new CancellationTokenSource(TimeSpan.FromMinutes(2));

        var errors = sample.StandardError.ReadToEndAsync(guard.Token);
        var said = await sample.StandardOutput.ReadToEndAsync(guard.Token);
        await sample.WaitForExitAsync(guard.Token);

        output.WriteLine(said + await errors);
        Assert.Equal(0, sample.ExitCode);
        Assert.Contains("order 1: a book, shipped", said, StringComparison.Ordinal);
        Assert.Contains(rolledBack, said, StringComparison.Ordinal);
        Assert.DoesNotContain("order 2: ", said, StringComparison.Ordinal);
    }
}
