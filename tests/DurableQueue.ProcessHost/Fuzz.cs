using System.Diagnostics;

namespace DurableQueue.ProcessHost;

/// <summary>
/// Damages copies of a queue file in random ways and uses each. A call may refuse, in the library's own words; anything else, a hang included, is a
/// finding. It is a process of its own because the worst finding ends it.
/// </summary>
internal static class Fuzz
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <returns>Whether there was no finding.</returns>
    public static async Task<bool> RunAsync(Arguments arguments)
    {
        var seed = arguments.Number("seed", 1);
        var end = Stopwatch.GetTimestamp() + (arguments.Number("seconds", 10) * Stopwatch.Frequency);
        var only = arguments.Number("round", 0);
        var folder = Directory.CreateDirectory(arguments["db"] + ".fuzz").FullName;
        var template = await FuzzTemplate.MakeAsync(Path.Combine(folder, "template.db"));
        var findings = 0;
        var kinds = new SortedDictionary<string, (int Rounds, int Opened)>(StringComparer.Ordinal);
        var rounds = 0;
        for (var round = Math.Max(1, only); only == 0 ? Stopwatch.GetTimestamp() < end : round == only; round++)
        {
            rounds++;
            var random = new Random(unchecked((seed * 1_000_003) + round));
            var path = Path.Combine(folder, $"{round}.db");
            var kind = FuzzDamage.Apply(template, path, random);
            var use = new FuzzUse(path, random, only > 0);
            try
            {
                await Task.Run(use.RunAsync).WaitAsync(Patience);
            }
            catch (TimeoutException)
            {
                Output.Line($"finding seed={seed} round={round} {kind}: hangs in {use.Step}");
                return false;
            }

            findings += use.Findings.Count;
            use.Findings.ForEach(finding => Output.Line($"finding seed={seed} round={round} {kind}: {finding.ReplaceLineEndings(" | ")}"));
            var (all, opened) = kinds.GetValueOrDefault(kind);
            kinds[kind] = (all + 1, opened + (use.Opened ? 1 : 0));
            foreach (var file in Directory.GetFiles(folder, $"{round}.db*"))
            {
                File.Delete(file);
            }
        }

        Output.Line($"rounds {rounds}: {string.Join(", ", kinds.Select(kind => $"{kind.Key} {kind.Value.Rounds} ({kind.Value.Opened} opened)"))}");
        Output.Line($"findings {findings}");
        return findings == 0;
    }
}
