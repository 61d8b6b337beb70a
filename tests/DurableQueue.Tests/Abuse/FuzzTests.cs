using System.Globalization;
using DurableQueue.Tests.Processes;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Abuse;

/// <summary>
/// Files damaged at random are opened and used by a process of their own: it refuses in the library's words, and never dies or hangs. Other tests run
/// meanwhile: it takes a minute and looks at no time.
/// </summary>
[Collection(nameof(FuzzTests))]
public sealed class FuzzTests(ITestOutputHelper output) : ProcessTest
{
    private const int Seconds = 60;

    [Fact]
    public async Task Use_FilesDamagedAtRandom_RefusesInItsOwnWords()
    {
        var seed = Seed.Draw(output);
        var child = Start("fuzz", $"seed={seed}", $"seconds={Seconds}");

        var exit = await child.ExitAsync(TimeSpan.FromSeconds(Seconds + 60));

        Assert.True(exit == 0, $"exit {exit}: {string.Join('\n', child.Lines.TakeLast(20))}\n{child.Errors}");
        var rounds = child.Lines.Single(line => line.StartsWith("rounds ", StringComparison.Ordinal));
        output.WriteLine(rounds);
        Assert.True(int.Parse(rounds.Split(' ')[1].TrimEnd(':'), CultureInfo.InvariantCulture) > 20);
        Assert.Equal("findings 0", child.Lines[^1]);
    }
}
