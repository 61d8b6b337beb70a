using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>
/// Refuses a shell line where a program is expected, after <c>--</c>: one word with blanks, or one that begins with <c>VAR=value</c>. It would fail when it
/// is run, which may be hours later.
/// </summary>
internal static partial class ProgramWords
{
    /// <exception cref="CliException">The words are a shell line; the message has the line to write instead.</exception>
    public static void Require(DqInvocation invocation, IReadOnlyList<string> words, string directory)
    {
        var isLine = words.Count == 1 && words[0].Any(char.IsWhiteSpace);
        if (words.Count == 0 || !(isLine || Assignment().IsMatch(words[0])) || IsProgram(words[0], directory))
        {
            return;
        }

        var before = invocation.Parse.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Select(token => CommandText.Quote(token.Value));
        var line = isLine ? words[0] : string.Join(' ', words.Select(Word));
        throw CliException.BadInput($"After '--', the first word is a program, and '{words[0]}' is none. For a shell line, write:\n"
            + $"dq {string.Join(' ', before)} {CommandText.Quote(line)}");
    }

    private static bool IsProgram(string name, string directory)
    {
        var folders = name.Contains('/', StringComparison.Ordinal) ? [directory] : (ByteText.Variable("PATH") ?? "").Split(Path.PathSeparator);
        return Array.Exists(folders, folder => File.Exists(Path.Combine(directory, folder, name)));
    }

    /// <summary>Quotes the value of an assignment only: in quotes as a whole, it would be the name of a program.</summary>
    private static string Word(string word) => Assignment().Match(word) is { Success: true, Length: var name }
        ? $"{word[..name]}{(name < word.Length ? CommandText.Quote(word[name..]) : "")}"
        : CommandText.Quote(word);

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*=")]
    private static partial Regex Assignment();
}
