using System.Globalization;
using Xunit.Abstractions;

namespace DurableQueue.ModelTests;

/// <summary>
/// Random programs, each of one seed. <c>DURABLEQUEUE_TEST_SEED</c> runs the one of a seed again, <c>DURABLEQUEUE_TEST_PROGRAMS</c> another number of them,
/// and both that number from that seed on.
/// </summary>
internal static class SeededPrograms
{
    public static async Task RunAsync(ITestOutputHelper output, int programs, Func<int, Task> run)
    {
        var (given, number) = (ReadVariable("SEED"), ReadVariable("PROGRAMS"));
        var count = number ?? (given is null ? programs : 1);
        var first = given ?? Random.Shared.Next(int.MaxValue - count);
        output.WriteLine($"seeds from {first}");
        await Parallel.ForEachAsync(Enumerable.Range(first, count), async (seed, _) => await run(seed));
    }

    private static int? ReadVariable(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable("DURABLEQUEUE_TEST_" + name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
