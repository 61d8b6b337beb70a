using System.Text;

namespace DurableQueue.Processes.Running;

/// <summary>The last lines of an output, for a notification.</summary>
internal static class OutputTail
{
    /// <summary>The most characters.</summary>
    public const int Longest = 2_000;

    /// <summary>
    /// How many bytes it is made of. More than the characters need: secrets are replaced before anything is cut, and repainted lines shrink to their last state.
    /// </summary>
    public const int Window = 32 * 1024;

    /// <param name="bytes">The last bytes of the output.</param>
    /// <param name="isWhole">Whether these are all of it.</param>
    /// <param name="hide">Replaces secrets.</param>
    public static string Of(ReadOnlySpan<byte> bytes, bool isWhole, Func<string, string> hide)
    {
        if (!isWhole)
        {
            bytes = bytes[Utf8Cut.PartialLength(bytes)..];
        }

        var text = hide(Encoding.UTF8.GetString(bytes[..Utf8Cut.WholeLength(bytes)]));
        var lines = string.Join('\n', text.Split('\n').Select(LastState));
        return Cut(lines, isWhole);
    }

    /// <summary>What a terminal shows of a line that was repainted.</summary>
    public static string LastState(string line)
    {
        var end = line.AsSpan().TrimEnd('\r').Length;
        var repainted = line.LastIndexOf('\r', Math.Max(end - 1, 0));
        return repainted < 0 || repainted >= end ? line[..end] : line[(repainted + 1)..end];
    }

    private static string Cut(string text, bool isWhole)
    {
        if (isWhole && text.Length <= Longest)
        {
            return text;
        }

        var start = Math.Max(0, text.Length - Longest);
        var isLineStart = start > 0 && text[start - 1] == '\n';
        var line = isLineStart ? start : text.IndexOf('\n', start) + 1;
        if (line > 0 && line < text.Length)
        {
            return text[line..];
        }

        // One line is longer than the tail.
        return text[(start + (char.IsLowSurrogate(text, start) ? 1 : 0))..];
    }
}
