using System.Text;

namespace DurableQueue.Cli.Logs;

/// <summary>Turns one stream of bytes into text, block by block: a character whose bytes are in two blocks comes with the second.</summary>
internal sealed class TextDecoder
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private char[] text = [];

    /// <param name="bytes">What is next.</param>
    /// <param name="isLast">Nothing follows: what is left of a character is replaced.</param>
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
