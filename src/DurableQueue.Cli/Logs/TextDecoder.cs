using System.Text;

namespace DurableQueue.Cli.Logs;

/// <summary>Decodes a byte stream block by block. A character that is split between two blocks is returned with the second.</summary>
internal sealed class TextDecoder
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private char[] text = [];

    /// <param name="bytes">The next block.</param>
    /// <param name="isLast">Whether this is the last block: an incomplete character is replaced.</param>
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
