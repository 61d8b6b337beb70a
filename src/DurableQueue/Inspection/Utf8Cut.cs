namespace DurableQueue;

/// <summary>Where bytes of a text may be cut. A character has up to four bytes; those after the first begin with the bits 10.</summary>
internal static class Utf8Cut
{
    /// <summary>The length without a last character of which bytes are missing.</summary>
    public static int WholeLength(ReadOnlySpan<byte> text)
    {
        for (var back = 1; back <= Math.Min(4, text.Length); back++)
        {
            var first = text[^back];
            if ((first & 0xC0) != 0x80)
            {
                return back < LengthOf(first) ? text.Length - back : text.Length;
            }
        }

        return text.Length;
    }

    /// <summary>The number of bytes at the beginning that belong to a character that began before.</summary>
    public static int PartialLength(ReadOnlySpan<byte> text)
    {
        var skip = 0;
        while (skip < Math.Min(3, text.Length) && (text[skip] & 0xC0) == 0x80)
        {
            skip++;
        }

        return skip;
    }

    private static int LengthOf(byte first) => first switch
    {
        >= 0xF0 => 4,
        >= 0xE0 => 3,
        >= 0xC0 => 2,
        _ => 1,
    };
}
