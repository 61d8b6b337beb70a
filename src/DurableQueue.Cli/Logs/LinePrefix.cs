namespace DurableQueue.Cli.Logs;

/// <summary>Puts a name before each line of a stream of bytes, and passes on whole lines only, so that several can share one output.</summary>
internal sealed class LinePrefix(byte[] prefix, Action<ReadOnlySpan<byte>> sink)
{
    /// <summary>What is longer is passed on as several lines: a progress bar may never end one.</summary>
    private const int LongestLine = 64 * 1024;

    private readonly List<byte> line = [];

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is var end and >= 0)
        {
            line.AddRange(bytes[..(end + 1)]);
            bytes = bytes[(end + 1)..];
            Flush(line.Count);
        }

        line.AddRange(bytes);
        while (line.Count > LongestLine)
        {
            // Not within a character of UTF-8.
            var cut = LongestLine;
            while (cut > LongestLine - 4 && (line[cut] & 0xC0) == 0x80)
            {
                cut--;
            }

            line.Insert(cut, (byte)'\n');
            Flush(cut + 1);
        }
    }

    /// <summary>The last line, which may have no end.</summary>
    public void Finish()
    {
        if (line.Count > 0)
        {
            line.Add((byte)'\n');
            Flush(line.Count);
        }
    }

    private void Flush(int count)
    {
        sink([.. prefix, .. line.Take(count)]);
        line.RemoveRange(0, count);
    }
}
