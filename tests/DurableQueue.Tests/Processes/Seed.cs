using System.Globalization;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Processes;

/// <summary>The seed of a test's randomness: drawn anew in each run, unless <see cref="Variable"/> names the one to replay.</summary>
internal static class Seed
{
    public const string Variable = "DURABLEQUEUE_TEST_SEED";

    public static int Draw(ITestOutputHelper output)
    {
        var seed = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        output.WriteLine($"seed {seed}; replay with {Variable}={seed}");
        return seed;
    }
}
