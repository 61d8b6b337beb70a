using System.Globalization;

namespace DurableQueue.CrashTests;

/// <summary>What a run of the harness did.</summary>
/// <param name="Kills">Processes killed.</param>
/// <param name="Crashes">Moments at which one or all of them died, each with a check of everything.</param>
/// <param name="KilledAt">Kills by place.</param>
/// <param name="Acknowledged">Acknowledged calls.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Seed">Of its randomness.</param>
/// <param name="Samples">Of a soak; else empty.</param>
/// <param name="Verdict">What it found.</param>
internal sealed record CrashReport(
    int Kills,
    int Crashes,
    IReadOnlyDictionary<string, int> KilledAt,
    long Acknowledged,
    TimeSpan Elapsed,
    int Seed,
    IReadOnlyList<SoakSample> Samples,
    Verdict Verdict)
{
    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"{Kills} kills in {Crashes} crashes, {Acknowledged} acknowledged calls, {Elapsed.TotalSeconds:F0} s, seed {Seed}: {Verdict}");

    public string Places => string.Join(", ", KilledAt.Select(place => $"{place.Value} {place.Key}"));
}
