using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using DurableQueue.Processes.Graphs;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Names words that look like options and are none, which the parser takes for arguments, and words that are no command.</summary>
internal static partial class UnknownWords
{
    /// <summary>The argument of commands that take a query.</summary>
    private const string Query = "query";

    /// <summary>Its text is passed on as it is.</summary>
    private const string Send = "send";

    /// <returns>One sentence; <see langword="null"/> if everything is known.</returns>
    public static string? Describe(ParseResult parse)
    {
        if (parse.Tokens.Any(token => token.Type == TokenType.Directive))
        {
            // A completion: the line is unfinished.
            return null;
        }

        var command = parse.CommandResult.Command;
        if (FindOption(parse) is { } option)
        {
            var known = command.Options.Concat(parse.RootCommandResult.Command.Options).Where(each => !each.Hidden).SelectMany(each => each.Aliases.Append(each.Name));
            var near = option.Length > 2 ? Suggestion.For(option, known.Where(name => name.StartsWith("--", StringComparison.Ordinal)).Distinct()) : null;
            return $"'{option}' is not an option of '{parse.CommandPath()}'{(near is null ? "." : $"; did you mean {near}?")}";
        }

        if (parse.UnmatchedTokens is [var word, ..] && command.Subcommands.Count > 0)
        {
            var near = Suggestion.For(word, command.Subcommands.Where(each => !each.Hidden).SelectMany(each => each.Aliases.Append(each.Name)));
            return $"'{word}' is not a command of '{parse.CommandPath()}'{(near is null ? "." : $"; did you mean '{near}'?")}";
        }

        if (parse.UnmatchedTokens.Count > 0 && command.Arguments is [{ Name: Query }])
        {
            var words = string.Join(' ', command.Arguments.SelectMany(query => parse.GetResult(query)?.Tokens.Select(token => token.Value) ?? []).Concat(parse.UnmatchedTokens));
            return $"The query is one argument: {parse.CommandPath()} '{words}'.{PueueWords.Translate(words)}";
        }

        return null;
    }

    private static string? FindOption(ParseResult parse)
    {
        if (parse.CommandResult.Command.Name == Send)
        {
            return null;
        }

        var arguments = parse.CommandResult.Children.OfType<ArgumentResult>().SelectMany(result => result.Tokens).Select(token => token.Value)
            .Concat(parse.UnmatchedTokens).ToHashSet(StringComparer.Ordinal);
        return parse.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token.Type == TokenType.Argument && arguments.Contains(token.Value))
            .Select(token => OptionLike().Match(token.Value)).FirstOrDefault(match => match.Success)?.Groups["name"].Value;
    }

    [GeneratedRegex(@"^(?<name>--?[A-Za-z][A-Za-z0-9_-]*)(=.*)?\z", RegexOptions.Singleline)]
    private static partial Regex OptionLike();
}
