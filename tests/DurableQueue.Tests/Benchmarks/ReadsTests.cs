using Xunit;

namespace DurableQueue.Tests.Benchmarks;

/// <summary>The benchmark of reads keeps working. Its times are not checked: they are those of a machine with nothing else to do.</summary>
public sealed class ReadsTests
{
    [Fact]
    public async Task Reads_SmallFile_MeasuresEveryRead()
    {
        var output = await BenchmarkProgram.RunAsync("reads", "--tasks", "4000", "--repeats", "3");

        Assert.Contains("2,000 queued, 10 running, 2,000 finished", output, StringComparison.Ordinal);
        Assert.All(
            ["overview", "page of 50: next to run", "page of 50: checked out", "search: type=none-such", "one state of the file"],
            name => Assert.Contains(name, output, StringComparison.Ordinal));
    }
}
