using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.CrashTests;

[Collection(nameof(CrashTestCollection))]
public sealed class RandomKillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Kill_TwoHundredTimesUnderLoad_LosesNothingAndDoublesNothing()
    {
        var report = await CrashRun.RunAsync(new CrashOptions { Kills = 200, Seed = Seed.Draw(output), Log = output.WriteLine });

        output.WriteLine(report.Places);
        output.WriteLine(report.Summary);
        Assert.True(report.Verdict.IsGood, $"{report.Summary}\n{string.Join('\n', report.Verdict.Findings)}");
        Assert.True(report.KilledAt.Count > 4, $"few fault points were reached: {report.Places}");
    }
}
