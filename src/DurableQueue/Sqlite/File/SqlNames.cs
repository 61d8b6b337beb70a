using System.Text;

namespace DurableQueue.Sqlite;

/// <summary>
/// Finds the names of tables and indexes in SQL by where they stand. Strings, comments, quoted names, parameters and columns are left alone, also columns
/// that are named like a table.
/// </summary>
internal ref struct SqlNames
{
    private readonly ReadOnlySpan<char> sql;
    private int at;

    /// <summary>The last three tokens, the latest first; empty for anything but a word or a single character.</summary>
    private ReadOnlySpan<char> last;
    private ReadOnlySpan<char> last2;
    private ReadOnlySpan<char> last3;

    /// <summary>For each open parenthesis, whether a list of tables has begun in it; the lowest bit is the innermost.</summary>
    private ulong lists;
    private bool makesIndex;

    private SqlNames(ReadOnlySpan<char> sql) => this.sql = sql;

    /// <summary>The names that a script gives to tables and indexes.</summary>
    public static List<string> ReadDeclared(string script)
    {
        var names = new List<string>();
        var reader = new SqlNames(script);
        while (reader.ReadWord(out var word))
        {
            if (reader.IsName(word) && reader.Declares())
            {
                names.Add(word.ToString());
            }

            reader.Remember(word);
        }

        return names;
    }

    /// <summary>Puts a prefix before each of the names.</summary>
    public static string Prefix(string sql, string prefix, Func<ReadOnlySpan<char>, bool> isOurs)
    {
        var result = new StringBuilder(sql.Length + 64);
        var copied = 0;
        var reader = new SqlNames(sql);
        while (reader.ReadWord(out var word))
        {
            if (isOurs(word) && (reader.IsName(word) || reader.IsQualifier()))
            {
                var start = reader.at - word.Length;
                result.Append(sql, copied, start - copied).Append(prefix);
                copied = start;
            }

            reader.Remember(word);
        }

        return result.Append(sql, copied, sql.Length - copied).ToString();
    }

    /// <summary>Moves behind the next word, past everything else.</summary>
    private bool ReadWord(out ReadOnlySpan<char> word)
    {
        while (at < sql.Length)
        {
            var letter = sql[at];
            if (char.IsWhiteSpace(letter))
            {
                at++;
            }
            else if (IsLetter(letter))
            {
                word = Take(IsPartOfWord);
                return true;
            }
            else
            {
                Skip(letter);
            }
        }

        word = default;
        return false;
    }

    private void Skip(char first)
    {
        switch (first)
        {
            case '-' when Follows('-'):
                SkipThrough("\n");
                break;
            case '/' when Follows('*'):
                SkipThrough("*/");
                break;
            case '\'' or '"' or '`':
                SkipQuoted(first);
                Remember(default);
                break;
            case '[':
                SkipThrough("]");
                Remember(default);
                break;
            case '@' or ':' or '$' or '?' or (>= '0' and <= '9'):
                at++;
                Take(IsPartOfWord);
                Remember(default);
                break;
            default:
                at++;
                Remember(sql.Slice(at - 1, 1));
                break;
        }
    }

    /// <summary>Whether a word stands where a table or an index is named.</summary>
    private readonly bool IsName(ReadOnlySpan<char> word)
    {
        if (last.IsEmpty || IsKeyword(word))
        {
            return false;
        }

        return last switch
        {
            "," => (lists & 1) != 0,
            _ when Is(last, "FROM") => !Is(last2, "DISTINCT"),
            _ when Is(last, "JOIN") || Is(last, "INTO") || Is(last, "UPDATE") || Is(last, "TABLE") || Is(last, "INDEX") || Is(last, "REFERENCES") => true,
            _ when Is(last, "EXISTS") => Is(last2, "IF") || (Is(last2, "NOT") && Is(last3, "IF")),
            _ when Is(last, "BY") => Is(last2, "INDEXED"),
            _ when Is(last, "TO") => Is(last2, "RENAME"),
            _ when Is(last, "ON") => makesIndex,
            _ => Is(last2, "OR") && Is(last3, "UPDATE"),
        };
    }

    /// <summary>Whether the name that comes is a new one.</summary>
    private readonly bool Declares() =>
        Is(last, "TO") || ((Is(last, "TABLE") || Is(last, "INDEX")) && (Is(last2, "CREATE") || Is(last2, "UNIQUE")));

    /// <summary>Whether the word that was just read qualifies a column.</summary>
    private readonly bool IsQualifier() => at < sql.Length && sql[at] == '.' && last is not ".";

    /// <summary>What may stand where a name is expected and is none: <c>UPDATE OR</c>, <c>DO UPDATE SET</c>, <c>IF EXISTS</c>.</summary>
    private static bool IsKeyword(ReadOnlySpan<char> word) => Is(word, "OR") || Is(word, "SET") || Is(word, "IF");

    private void Remember(ReadOnlySpan<char> token)
    {
        switch (token)
        {
            case "(":
                lists <<= 1;
                break;
            case ")":
                lists >>= 1;
                break;
            case ";":
                (lists, makesIndex) = (0, false);
                break;
            case var _ when Is(token, "FROM") && !Is(last, "DISTINCT"):
                lists |= 1;
                break;
            case var _ when EndsList(token):
                lists &= ~1UL;
                break;
            case var _ when Is(token, "INDEX"):
                makesIndex = Is(last, "CREATE") || Is(last, "UNIQUE");
                break;
            case var _ when Is(token, "ON"):
                break;
            case var _ when Is(last, "ON"):
                makesIndex = false;
                break;
        }

        last3 = last2;
        last2 = last;
        last = token;
    }

    private static bool EndsList(ReadOnlySpan<char> word) =>
        Is(word, "WHERE") || Is(word, "GROUP") || Is(word, "ORDER") || Is(word, "HAVING") || Is(word, "LIMIT") || Is(word, "WINDOW") || Is(word, "UNION")
        || Is(word, "EXCEPT") || Is(word, "INTERSECT") || Is(word, "SELECT") || Is(word, "SET") || Is(word, "RETURNING") || Is(word, "VALUES");

    private ReadOnlySpan<char> Take(Func<char, bool> belongs)
    {
        var start = at;
        while (at < sql.Length && belongs(sql[at]))
        {
            at++;
        }

        return sql[start..at];
    }

    private readonly bool Follows(char next) => at + 1 < sql.Length && sql[at + 1] == next;

    private void SkipThrough(string end)
    {
        var found = sql[at..].IndexOf(end, StringComparison.Ordinal);
        at = found < 0 ? sql.Length : at + found + end.Length;
    }

    /// <summary>A quote inside is written twice, and so read as the end of one string and the beginning of the next.</summary>
    private void SkipQuoted(char quote)
    {
        var end = sql[(at + 1)..].IndexOf(quote);
        at = end < 0 ? sql.Length : at + 1 + end + 1;
    }

    private static bool IsLetter(char letter) => char.IsAsciiLetter(letter) || letter == '_' || letter > '\u007f';

    private static bool IsPartOfWord(char letter) => IsLetter(letter) || char.IsAsciiDigit(letter) || letter == '$';

    private static bool Is(ReadOnlySpan<char> token, string word) => token.Equals(word, StringComparison.OrdinalIgnoreCase);
}
