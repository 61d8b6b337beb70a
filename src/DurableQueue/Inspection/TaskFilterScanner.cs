using System.Text;

namespace DurableQueue;

/// <summary>Splits a query into words, quoted texts and symbols, with a lookahead of one.</summary>
internal sealed class TaskFilterScanner
{
    private readonly string query;
    private int end;

    public TaskFilterScanner(string query)
    {
        this.query = query;
        Next();
    }

    /// <summary>The next piece: a word, the text of a quoted string, or a symbol; empty at the end.</summary>
    public string Piece { get; private set; } = "";

    /// <summary>The column of the piece, from 1.</summary>
    public int Column { get; private set; }

    public bool IsQuoted { get; private set; }

    public bool IsWord { get; private set; }

    public bool IsEnd => Piece.Length == 0 && !IsQuoted;

    /// <summary>The piece as error messages name it.</summary>
    public string Name => IsEnd ? "the end" : $"'{(Piece.Length <= 40 ? Piece : Piece[..40] + "…")}'";

    public bool Is(string symbolOrKeyword) =>
        !IsQuoted && (IsWord ? Piece.Equals(symbolOrKeyword, StringComparison.OrdinalIgnoreCase) : Piece == symbolOrKeyword);

    /// <summary>Advances if the next piece is this one.</summary>
    public bool Take(string symbolOrKeyword)
    {
        var found = Is(symbolOrKeyword);
        if (found)
        {
            Next();
        }

        return found;
    }

    public void Next()
    {
        while (end < query.Length && char.IsWhiteSpace(query[end]))
        {
            end++;
        }

        var start = end;
        Column = start + 1;
        IsQuoted = start < query.Length && query[start] == '\'';
        IsWord = start < query.Length && IsWordCharacter(query[start]);
        if (IsQuoted)
        {
            Piece = ReadQuoted();
        }
        else if (IsWord)
        {
            while (end < query.Length && IsWordCharacter(query[end]))
            {
                end++;
            }

            Piece = query[start..end];
        }
        else
        {
            end += start == query.Length ? 0 : IsPair(start) ? 2 : 1;
            Piece = query[start..end];
        }
    }

    public TaskFilterException Error(string reason) => Error(Column, reason);

    public TaskFilterException Error(int column, string reason) => new(query, column, reason);

    private string ReadQuoted()
    {
        var text = new StringBuilder();
        for (end++; end < query.Length; end++)
        {
            if (query[end] != '\'')
            {
                text.Append(query[end]);
            }
            else if (end + 1 < query.Length && query[end + 1] == '\'')
            {
                text.Append('\'');
                end++;
            }
            else
            {
                end++;
                return text.ToString();
            }
        }

        throw Error("the string that starts here is not closed: a ' is missing");
    }

    /// <summary>Symbols of two characters, including those of other languages, so that error messages name them completely.</summary>
    private bool IsPair(int start) =>
        start + 1 < query.Length && query.AsSpan(start, 2) is "!=" or "<=" or ">=" or "==" or "<>" or "=~" or "!~" or "&&" or "||";

    private static bool IsWordCharacter(char c) => !char.IsWhiteSpace(c) && c is not ('(' or ')' or ',' or '\'' or '"' or '=' or '!' or '<' or '>' or '~' or '&' or '|');
}
