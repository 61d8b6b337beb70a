namespace DurableQueue.Cli.Logs;

/// <summary>Reads a log, which somebody may be writing.</summary>
internal static class LogFile
{
    private const int BlockSize = 64 * 1024;

    public static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    /// <summary>Where the last lines begin. A line that is not ended yet counts.</summary>
    /// <param name="log">The log.</param>
    /// <param name="lines">How many; zero means none.</param>
    public static long StartOfLast(FileStream log, int lines)
    {
        if (lines == 0)
        {
            return log.Length;
        }

        var buffer = new byte[BlockSize];
        var end = log.Length;
        // The end of the last line is not the beginning of one more.
        var left = lines + 1;
        for (var position = end; position > 0;)
        {
            var start = Math.Max(0, position - BlockSize);
            var block = buffer.AsSpan(0, (int)(position - start));
            log.Position = start;
            log.ReadExactly(block);
            if (position == end && block[^1] != (byte)'\n')
            {
                left--;
            }

            for (var i = block.Length - 1; i >= 0; i--)
            {
                if (block[i] == (byte)'\n' && --left == 0)
                {
                    return start + i + 1;
                }
            }

            position = start;
        }

        return 0;
    }

    /// <summary>Passes on everything from here to the present end.</summary>
    /// <returns>How many bytes that was.</returns>
    public static long Copy(FileStream log, long from, Action<ReadOnlySpan<byte>> sink)
    {
        var buffer = new byte[BlockSize];
        var position = from;
        log.Position = from;
        for (int read; (read = log.Read(buffer)) > 0;)
        {
            sink(buffer.AsSpan(0, read));
            position += read;
        }

        return position - from;
    }
}
