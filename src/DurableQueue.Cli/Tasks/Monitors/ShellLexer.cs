using System.Text;

namespace DurableQueue.Cli.Tasks.Monitors;

/// <summary>Splits a shell line into words and operators, as far as it takes to see which programs it runs.</summary>
internal sealed class ShellLexer
{
    private const string OperatorCharacters = ";&|()";

    private readonly string text;
    private readonly List<ShellToken> tokens = [];
    private int at;

    private ShellLexer(string text) => this.text = text;

    /// <summary>Gives <see langword="null"/> for what it does not understand, such as a here-document or an open quote.</summary>
    public static IReadOnlyList<ShellToken>? Read(string text)
    {
        var lexer = new ShellLexer(text);
        return lexer.TryRead() ? lexer.tokens : null;
    }

    private bool TryRead()
    {
        while (at < text.Length)
        {
            var c = text[at];
            if (c == '\n')
            {
                AddOperator(";");
                at++;
            }
            else if (char.IsWhiteSpace(c))
            {
                at++;
            }
            else if (c == '#')
            {
                at = text.IndexOf('\n', at) is var end and >= 0 ? end : text.Length;
            }
            else if (StartsRedirection() is { } length)
            {
                at += length;
                if (!TrySkipTarget())
                {
                    return false;
                }
            }
            else if (text.AsSpan(at).StartsWith("(("))
            {
                if (!TryReadArithmetic())
                {
                    return false;
                }
            }
            else if (OperatorCharacters.Contains(c, StringComparison.Ordinal))
            {
                ReadOperator();
            }
            else if (!TryReadWord())
            {
                return false;
            }
        }

        return true;
    }

    private void AddOperator(string name) => tokens.Add(new ShellToken(name, IsOperator: true, IsQuoted: false));

    private void ReadOperator()
    {
        var two = at + 1 < text.Length ? text.Substring(at, 2) : "";
        var name = two is "&&" or "||" or ";;" or "|&" ? two : text[at].ToString();
        at += name.Length;
        AddOperator(name == "|&" ? "|" : name);
    }

    /// <summary>How long the beginning of a redirection is: <c>2&gt;&amp;</c>, <c>&amp;&gt;</c>, <c>&gt;&gt;</c>, <c>&lt;</c>.</summary>
    private int? StartsRedirection()
    {
        var i = at;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
        {
            i++;
        }

        if (i == at && text[i] == '&' && i + 1 < text.Length && text[i + 1] == '>')
        {
            i++;
        }

        var first = i;
        while (i < text.Length && text[i] is '<' or '>')
        {
            i++;
        }

        if (i == first)
        {
            return null;
        }

        return i < text.Length && text[i] is '&' or '|' ? i + 1 - at : i - at;
    }

    /// <summary>The file of a redirection. A here-document is not understood, and neither is a process substitution.</summary>
    private bool TrySkipTarget()
    {
        if (at >= 2 && text.AsSpan(at - 2, 2) is "<<")
        {
            return false;
        }

        while (at < text.Length && text[at] is ' ' or '\t')
        {
            at++;
        }

        if (at == text.Length || !TryReadWord())
        {
            return false;
        }

        tokens.RemoveAt(tokens.Count - 1);
        return true;
    }

    private bool TryReadArithmetic()
    {
        var end = text.IndexOf("))", at, StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        tokens.Add(new ShellToken(text[at..(end + 2)], IsOperator: false, IsQuoted: false));
        at = end + 2;
        return true;
    }

    private bool TryReadWord()
    {
        var word = new StringBuilder();
        var (start, quoted) = (at, false);
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && !OperatorCharacters.Contains(text[at], StringComparison.Ordinal) && text[at] is not ('<' or '>'))
        {
            var c = text[at];
            var read = c switch
            {
                '\\' => TryReadEscaped(word),
                '\'' => TryReadSingleQuoted(word),
                '"' => TryReadDoubleQuoted(word),
                '`' => TryReadUntil('`', word),
                '$' when text.AsSpan(at).StartsWith("$(") => TryReadSubstitution(word),
                _ => TryReadPlain(word),
            };
            if (!read)
            {
                return false;
            }

            quoted |= c is '\\' or '\'' or '"';
        }

        if (at == start)
        {
            return false;
        }

        tokens.Add(new ShellToken(word.ToString(), IsOperator: false, quoted));
        return true;
    }

    private bool TryReadPlain(StringBuilder word)
    {
        word.Append(text[at++]);
        return true;
    }

    private bool TryReadEscaped(StringBuilder word)
    {
        // A backslash at the end of a line joins it with the next.
        if (at + 1 < text.Length && text[at + 1] != '\n')
        {
            word.Append(text[at + 1]);
        }

        at = Math.Min(at + 2, text.Length);
        return true;
    }

    private bool TryReadSingleQuoted(StringBuilder word)
    {
        var end = text.IndexOf('\'', at + 1);
        if (end < 0)
        {
            return false;
        }

        word.Append(text, at + 1, end - at - 1);
        at = end + 1;
        return true;
    }

    private bool TryReadDoubleQuoted(StringBuilder word)
    {
        at++;
        while (at < text.Length && text[at] != '"')
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\\' or '$' or '`')
            {
                at++;
            }

            word.Append(text[at++]);
        }

        return at++ < text.Length;
    }

    private bool TryReadUntil(char end, StringBuilder word)
    {
        var close = text.IndexOf(end, at + 1);
        if (close < 0)
        {
            return false;
        }

        word.Append(text, at, close + 1 - at);
        at = close + 1;
        return true;
    }

    private bool TryReadSubstitution(StringBuilder word)
    {
        var depth = 0;
        do
        {
            depth += text[at] switch { '(' => 1, ')' => -1, _ => 0 };
            word.Append(text[at++]);
        }
        while (at < text.Length && (depth > 0 || text[at - 1] == '$'));
        return depth == 0;
    }
}
