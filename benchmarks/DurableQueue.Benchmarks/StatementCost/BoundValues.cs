using System.Globalization;
using System.Text.RegularExpressions;

namespace DurableQueue.Benchmarks.StatementCost;

/// <summary>Finds what is bound to a statement: SQLite tells it only as text, in place of the parameters.</summary>
internal static partial class BoundValues
{
    /// <param name="template">The statement, with parameters that have names or numbers.</param>
    /// <param name="expanded">The same with values.</param>
    /// <returns>A literal of SQL for each parameter, in the order of their numbers.</returns>
    public static IReadOnlyList<string> Find(string template, string expanded)
    {
        var numbers = new Dictionary<string, int>();
        var values = new List<string>();
        var (from, to) = (0, 0);
        foreach (var parameter in Parameters().Matches(template).Where(match => match.Value[0] is '@' or '?'))
        {
            // The text between two parameters is the same in both.
            to += parameter.Index - from;
            from = parameter.Index + parameter.Length;
            var literal = Literal().Match(expanded, to);
            if (!literal.Success)
            {
                throw new InvalidOperationException($"No value of {parameter.Value} at {to} of {expanded}");
            }

            to += literal.Length;
            if (!numbers.TryGetValue(parameter.Value, out var number))
            {
                // One with a name has the next number when it is first seen.
                number = parameter.Value[0] == '?' ? int.Parse(parameter.ValueSpan[1..], CultureInfo.InvariantCulture) : values.Count + 1;
                numbers.Add(parameter.Value, number);
                values.AddRange(Enumerable.Repeat("NULL", Math.Max(0, number - values.Count)));
                values[number - 1] = literal.Value;
            }
        }

        return template[from..] == expanded[to..] ? values : throw new InvalidOperationException($"{template} became {expanded}");
    }

    // A text in quotes may contain what looks like a parameter.
    [GeneratedRegex("""'[^']*'|"[^"]*"|@\w+|\?\d+""")]
    private static partial Regex Parameters();

    [GeneratedRegex("""\G(NULL|x'[0-9a-fA-F]*'|zeroblob\(\d+\)|'(?:[^']|'')*'|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)""")]
    private static partial Regex Literal();
}
