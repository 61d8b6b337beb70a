using System.Text.RegularExpressions;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Words of pueue's query language, for whoever has used them and got an error.</summary>
internal static partial class PueueWords
{
    private static readonly Dictionary<string, string> Own = new(StringComparer.OrdinalIgnoreCase)
    {
        ["order_by"] = "order by",
        ["%="] = "~",
        ["first"] = "limit N",
        ["last"] = "order by id desc limit N",
        ["enqueue_at"] = "enqueued",
        ["start"] = "started",
        ["end"] = "ended",
        ["success"] = "succeeded",
    };

    /// <summary>A line for each such word in a query that is not valid.</summary>
    public static string Translate(string query) =>
        string.Concat(Words().Matches(Quoted().Replace(query, "''")).Select(match => match.Value.ToLowerInvariant()).Distinct()
            .Where(Own.ContainsKey).Select(word => $"\nHere, '{word}' is '{Own[word]}'."));

    [GeneratedRegex("'[^']*'")]
    private static partial Regex Quoted();

    [GeneratedRegex("[A-Za-z_]+|%=")]
    private static partial Regex Words();
}
