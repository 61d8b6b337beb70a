namespace DurableQueue.Cli.Logs;

/// <summary>Puts a name before each line of a stream of bytes, and passes on whole lines only, so that several can share one output.</summary>
internal sealed class LinePrefix(byte[] prefix, Action<ReadOnlySpan<byte>> sink)
{
    private readonly List<byte> line = [];

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is var end and >= 0)
        {
            line.AddRange(bytes[..(end + 1)]);
            bytes = bytes[(end + 1)..];
            Flush();
        }

        line.AddRange(bytes);
    }

    /// <summary>The last line, which may have no end.</summary>
    public void Finish()
    {
        if (line.Count > 0)
        {
            line.Add((byte)'\n');
            Flush();
        }
    }

    private void Flush()
    {
        sink([.. prefix, .. line]);
        line.Clear();
    }
}
