namespace DurableQueue.Processes.Graphs;

/// <summary>Guesses the known word behind a misspelled one.</summary>
internal static class Suggestion
{
    /// <summary>The closest known word that is at most a third of its length away; one letter is always allowed.</summary>
    public static string? For(string word, IEnumerable<string> known) =>
        word.Length > 50
            ? null
            : known.Select(candidate => (Candidate: candidate, Distance: Distance(word.ToLowerInvariant(), candidate)))
                .Where(item => item.Distance <= Math.Max(1, item.Candidate.Length / 3))
                .OrderBy(item => item.Distance).Select(item => item.Candidate).FirstOrDefault();

    /// <summary>The number of letters to change, insert, delete, or swap with the next.</summary>
    private static int Distance(string from, string to)
    {
        var steps = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    steps[i, j] = i + j;
                    continue;
                }

                var changed = steps[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                var exchanged = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] ? steps[i - 2, j - 2] + 1 : int.MaxValue;
                steps[i, j] = Math.Min(Math.Min(Math.Min(steps[i - 1, j], steps[i, j - 1]) + 1, changed), exchanged);
            }
        }

        return steps[from.Length, to.Length];
    }
}
