namespace DurableQueue.Cli.Logs;

/// <summary>Puts a name before each line of a byte stream and writes only whole lines, so that several streams can share one output.</summary>
internal sealed class LinePrefix(byte[] prefix, Action<ReadOnlySpan<byte>> sink)
{
    /// <summary>Longer lines are split: a progress bar may never end its line.</summary>
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
            // Never within a UTF-8 character.
            var cut = LongestLine;
            while (cut > LongestLine - 4 && (line[cut] & 0xC0) == 0x80)
            {
                cut--;
            }

            line.Insert(cut, (byte)'\n');
            Flush(cut + 1);
        }
    }

    /// <summary>Writes the last line, which may have no line end.</summary>
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
