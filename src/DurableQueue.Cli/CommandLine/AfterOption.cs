using System.Text.RegularExpressions;

namespace DurableQueue.Cli.CommandLine;

/// <summary>
/// Lets <c>-a 1 2 3</c> name three tasks, as in other tools. An option that takes any number of words would also take the command after it, so it only takes
/// words that are ids.
/// </summary>
internal static partial class AfterOption
{
    public static IReadOnlyList<string> Spread(IReadOnlyList<string> arguments)
    {
        var spread = new List<string>(arguments.Count);
        for (var i = 0; i < arguments.Count; i++)
        {
            spread.Add(arguments[i]);
            if (arguments[i] == "--")
            {
                spread.AddRange(arguments.Skip(i + 1));
                break;
            }

            if (arguments[i] is not ("-a" or "--after") || i + 1 >= arguments.Count || !Ids().IsMatch(arguments[i + 1]))
            {
                continue;
            }

            spread.Add(arguments[++i]);
            while (i + 1 < arguments.Count && Ids().IsMatch(arguments[i + 1]))
            {
                spread.Add("--after");
                spread.Add(arguments[++i]);
            }
        }

        return spread;
    }

    [GeneratedRegex(@"^\d+(:[A-Za-z]+)?(,\d+(:[A-Za-z]+)?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Ids();
}
