using System.Text;
using DurableQueue.Cli.Output;

namespace DurableQueue.Cli.Top;

/// <summary>One line of the screen: pieces of text, each with a style. The text is made safe here.</summary>
internal sealed class ScreenLine
{
    private readonly List<(string Text, Style Style, bool Inverse)> pieces = [];

    /// <summary>The whole line is inverse, up to the edge of the screen.</summary>
    public bool Selected { get; init; }

    /// <summary>The cells that are taken so far.</summary>
    public int Width { get; private set; }

    public string Text => string.Concat(pieces.Select(piece => piece.Text));

    public static ScreenLine Of(string text, Style style = Style.Plain) => new ScreenLine().Add(text, style);

    public ScreenLine Add(string text, Style style = Style.Plain, bool inverse = false) => AddSafe(SafeText.OneLine(text), style, inverse);

    /// <summary>Adds a cell of a table: cut to its width and filled up with blanks.</summary>
    public ScreenLine AddCell(string text, int width, Style style, Glyphs glyphs)
    {
        var cut = Cells.Cut(SafeText.OneLine(text), width, glyphs);
        var missing = Math.Max(0, width - Cells.Width(cut));
        return AddSafe(Cells.Isolated(cut, glyphs), style, inverse: false).AddSafe(new string(' ', missing), Style.Plain, inverse: false);
    }

    /// <summary>Fills the line with blanks, so that the next piece ends at the edge.</summary>
    public ScreenLine FillFor(string last, int width) => AddSafe(new string(' ', Math.Max(1, width - Width - Cells.Width(last))), Style.Plain, inverse: false);

    /// <summary>Cuts the line to the width of the screen.</summary>
    public ScreenLine Cut(int width, Glyphs glyphs)
    {
        if (Width <= width)
        {
            return this;
        }

        var cut = new ScreenLine { Selected = Selected };
        foreach (var (text, style, inverse) in pieces)
        {
            cut.AddSafe(Cells.Cut(text, width - cut.Width, glyphs), style, inverse);
            if (cut.Width >= width || cut.pieces[^1].Text.Length < text.Length)
            {
                break;
            }
        }

        return cut;
    }

    /// <summary>The line with escape sequences for its styles.</summary>
    public string ToAnsi(int width, bool color)
    {
        var line = new StringBuilder();
        foreach (var (text, style, inverse) in pieces)
        {
            var codes = ((color && style != Style.Plain ? $";{(int)style}" : "") + (inverse || Selected ? ";7" : "")).TrimStart(';');
            line.Append(codes.Length > 0 ? $"\u001b[{codes}m{text}\u001b[0m" : text);
        }

        return Selected && Width < width ? $"{line}\u001b[7m{new string(' ', width - Width)}\u001b[0m" : line.ToString();
    }

    private ScreenLine AddSafe(string text, Style style, bool inverse)
    {
        pieces.Add((text, style, inverse));
        Width += Cells.Width(text);
        return this;
    }
}
