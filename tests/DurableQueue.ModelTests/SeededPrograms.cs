using Xunit.Abstractions;

namespace DurableQueue.ModelTests;

/// <summary>Random programs, each of one seed. <c>DURABLEQUEUE_TEST_SEED</c> runs the one of a seed again.</summary>
internal static class SeededPrograms
{
    public static async Task RunAsync(ITestOutputHelper output, int programs, Func<int, Task> run)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("DURABLEQUEUE_TEST_SEED"), out var given))
        {
            await run(given);
            return;
        }

        var first = Random.Shared.Next(int.MaxValue - programs);
        output.WriteLine($"seeds from {first}");
        await Parallel.ForEachAsync(Enumerable.Range(first, programs), async (seed, _) => await run(seed));
    }
}
