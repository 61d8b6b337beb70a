using System.Text;

namespace DurableQueue.Mcp.Views;

/// <summary>Text that others wrote, as a result shows it: what would move a cursor, or hide or reorder text, is an escape such as <c>\x1b</c>.</summary>
internal static class PlainText
{
    /// <summary>Cut to a length, with a mark.</summary>
    public static string? Cut(string? text, int characters)
    {
        if (text is null || text.Length <= characters)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[characters - 1]) ? characters - 1 : characters;
        return $"{text[..end]}… ({text.Length - end} more characters)";
    }

    /// <summary>Shows one character.</summary>
    public static string Show(Rune letter) => letter.Value switch
    {
        '\n' or '\t' => letter.ToString(),
        < 0x100 when Rune.IsControl(letter) => $"\\x{letter.Value:x2}",
        0x061c or 0x200e or 0x200f or (>= 0x2028 and <= 0x202e) or (>= 0x2066 and <= 0x2069) => $"\\u{letter.Value:x4}",
        _ => letter.ToString(),
    };
}
