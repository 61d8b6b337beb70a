using System.Text;

namespace DurableQueue.Cli.Output;

/// <summary>Makes text safe for a terminal: names, labels, topics and errors come from a file that others may have written. JSON does not need it.</summary>
internal static class SafeText
{
    /// <summary>For one line: characters that would move the cursor, break the line or reorder text are shown as escapes.</summary>
    public static string OneLine(string text) => Escape(text, keepLines: false);

    /// <summary>For several lines: line ends and tabs are kept.</summary>
    public static string Lines(string text) => Escape(text, keepLines: true);

    private static string Escape(string text, bool keepLines)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.Any(IsUnsafe))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            safe.Append(letter switch
            {
                '\n' or '\t' when keepLines => letter.ToString(),
                '\r' when keepLines && OperatingSystem.IsWindows() && i + 1 < text.Length && text[i + 1] == '\n' => letter.ToString(),
                '\n' => "\\n",
                '\t' => "\\t",
                '\r' => "\\r",
                _ when !IsUnsafe(letter) => letter.ToString(),
                _ when letter < 0x100 => $"\\x{(int)letter:x2}",
                _ => $"\\u{(int)letter:x4}",
            });
        }

        return safe.ToString();
    }

    /// <summary>Control characters, line separators and direction marks.</summary>
    private static bool IsUnsafe(char letter) =>
        char.IsControl(letter)
        || letter is '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
