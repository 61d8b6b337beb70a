using System.Globalization;
using System.Text;
using Wcwidth;

namespace DurableQueue.Cli.Output;

/// <summary>Measures text in the cells of a terminal: an East Asian character takes two, a combining mark none.</summary>
internal static class Cells
{
    private const int ZeroWidthJoiner = 0x200d;
    private const int EmojiPresentation = 0xfe0f;
    private const string Isolate = "\u2068";
    private const string EndOfIsolate = "\u2069";

    public static int Width(string text)
    {
        var width = 0;
        for (var start = 0; start < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, start);
            width += WidthOfElement(text.AsSpan(start, length));
            start += length;
        }

        return width;
    }

    /// <summary>Cuts the text to a number of cells, with an ellipsis. No character is cut in half.</summary>
    public static string Cut(string text, int most, Glyphs glyphs)
    {
        if (Width(text) <= most)
        {
            return text;
        }

        var (end, width) = (0, 0);
        while (end < text.Length)
        {
            var length = StringInfo.GetNextTextElementLength(text, end);
            width += WidthOfElement(text.AsSpan(end, length));
            if (width > most - 1)
            {
                break;
            }

            end += length;
        }

        return most > 0 ? $"{text[..end]}{glyphs.Ellipsis}" : "";
    }

    /// <summary>Breaks the text into lines of at most this many cells. No character is cut in half.</summary>
    public static List<string> Wrap(string text, int width)
    {
        var lines = new List<string>();
        for (var rest = text; rest.Length > 0;)
        {
            var (end, taken) = (0, 0);
            while (end < rest.Length)
            {
                var length = StringInfo.GetNextTextElementLength(rest, end);
                taken += WidthOfElement(rest.AsSpan(end, length));
                if (taken > width && end > 0)
                {
                    break;
                }

                end += length;
            }

            lines.Add(rest[..end]);
            rest = rest[end..];
        }

        return lines;
    }

    /// <summary>The text without its first cells.</summary>
    public static string Skip(string text, int cells)
    {
        var (start, skipped) = (0, 0);
        while (start < text.Length && skipped < cells)
        {
            var length = StringInfo.GetNextTextElementLength(text, start);
            skipped += WidthOfElement(text.AsSpan(start, length));
            start += length;
        }

        return text[start..];
    }

    /// <summary>Isolates right-to-left text, so that a terminal that reorders text does not move the cells beside it.</summary>
    public static string Isolated(string text, Glyphs glyphs) => glyphs.Isolates && text.EnumerateRunes().Any(IsRightToLeft) ? $"{Isolate}{text}{EndOfIsolate}" : text;

    private static int WidthOfElement(ReadOnlySpan<char> element)
    {
        var (width, joined) = (0, false);
        foreach (var rune in element.EnumerateRunes())
        {
            if (joined)
            {
                // Drawn onto the character before it.
                joined = false;
            }
            else if (rune.Value == ZeroWidthJoiner)
            {
                joined = width > 0;
            }
            else
            {
                width = rune.Value == EmojiPresentation && width == 1 ? 2 : width + Math.Max(0, UnicodeCalculator.GetWidth(rune));
            }
        }

        return width;
    }

    private static bool IsRightToLeft(Rune rune) => rune.Value is (>= 0x590 and <= 0x8ff) or (>= 0xfb1d and <= 0xfdff) or (>= 0xfe70 and <= 0xfefe)
        or (>= 0x10800 and <= 0x10fff) or (>= 0x1e800 and <= 0x1efff);
}
