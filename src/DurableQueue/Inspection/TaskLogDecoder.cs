using System.Text;

namespace DurableQueue;

/// <summary>
/// Decodes the parts of a log, one after the other, as UTF-8. A character that is split between two parts is returned with the second; bytes that are not UTF-8
/// become U+FFFD.
/// </summary>
public sealed class TaskLogDecoder
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private char[] text = [];

    /// <summary>Decodes the next part.</summary>
    /// <param name="bytes">The next bytes.</param>
    /// <param name="isLast">Whether nothing follows: an incomplete character is replaced.</param>
    /// <returns>The text, valid until the next call.</returns>
    public ReadOnlySpan<char> Decode(ReadOnlySpan<byte> bytes, bool isLast = false)
    {
        var most = Encoding.UTF8.GetMaxCharCount(bytes.Length);
        if (text.Length < most)
        {
            text = new char[most];
        }

        return text.AsSpan(0, decoder.GetChars(bytes, text, isLast));
    }
}
