using System.Text;

namespace DurableQueue.Mcp.Views;

/// <summary>Text that others wrote, as a result shows it: what would move a cursor, or hide or reorder text, is an escape such as <c>\x1b</c>.</summary>
internal static class PlainText
{
    /// <summary>As it is shown, cut to a length, with a mark.</summary>
    public static string? Cut(string? text, int characters)
    {
        if (text is null)
        {
            return null;
        }

        var (shown, used) = (new StringBuilder(Math.Min(text.Length, characters)), 0);
        foreach (var rune in text.EnumerateRunes())
        {
            var letter = Show(rune);
            if (shown.Length + letter.Length > characters)
            {
                return $"{shown}… ({text.Length - used} more characters)";
            }

            shown.Append(letter);
            used += rune.Utf16SequenceLength;
        }

        return shown.ToString();
    }

    /// <summary>The end of a text, without a mark.</summary>
    public static string Last(string text, int characters)
    {
        var letters = text.EnumerateRunes().Select(Show).ToArray();
        var begin = letters.Length;
        while (begin > 0 && (characters -= letters[begin - 1].Length) >= 0)
        {
            begin--;
        }

        return string.Concat(letters.AsSpan(begin));
    }

    /// <summary>Shows one character.</summary>
    public static string Show(Rune letter) => letter.Value switch
    {
        '\n' or '\t' => letter.ToString(),
        < 0x100 when Rune.IsControl(letter) => $"\\x{letter.Value:x2}",
        0x061c or 0x200b or 0x200e or 0x200f or (>= 0x2028 and <= 0x202e) or (>= 0x2060 and <= 0x2069) or 0xfeff => $"\\u{letter.Value:x4}",

        // Tags: letters that a model reads and nobody sees.
        >= 0xe0000 and <= 0xe007f => $"\\U{letter.Value:x8}",
        _ => letter.ToString(),
    };
}
