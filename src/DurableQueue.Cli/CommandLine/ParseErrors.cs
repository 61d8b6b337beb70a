using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Says what is wrong with a command line, without names of types.</summary>
internal static partial class ParseErrors
{
    public static string Describe(ParseError error) => OfType().Match(error.Message) is { Success: true } match
        ? $"'{match.Groups["value"].Value}' is not valid for {match.Groups["name"].Value}{(match.Groups["type"].Value.Contains("Int", StringComparison.Ordinal) ? "; it takes a whole number" : "")}."
        : error.Message;

    [GeneratedRegex(@"^Cannot parse argument '(?<value>.*)' for (?:option|command|argument) '(?<name>[^']*)' as expected type '(?<type>[^']*)'\.", RegexOptions.Singleline)]
    private static partial Regex OfType();
}
