using DurableQueue.Processes.Running;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Cli.Logs;

/// <summary>Reads a log, which another process may be writing, or emptying. However long it is, a block at a time is in memory.</summary>
internal static class LogFile
{
    public const int BlockSize = 64 * 1024;

    public static SafeFileHandle Open(string path) => GuardedFile.OpenToRead(path);

    /// <summary>Where the last lines begin. A line that is not ended yet counts.</summary>
    /// <param name="log">The log.</param>
    /// <param name="lines">How many; zero means none.</param>
    /// <param name="mostBytes">Not further back than so much, however long the lines are.</param>
    public static long StartOfLast(SafeFileHandle log, int lines, long mostBytes = long.MaxValue)
    {
        var end = RandomAccess.GetLength(log);
        if (lines == 0)
        {
            return end;
        }

        var buffer = new byte[BlockSize];
        var first = mostBytes < end ? end - mostBytes : 0;

        // The end of the last line is not the beginning of one more.
        var left = lines + 1;
        for (var position = end; position > first;)
        {
            var start = Math.Max(first, position - BlockSize);
            var block = buffer.AsSpan(0, (int)(position - start));
            if (RandomAccess.Read(log, block, start) < block.Length)
            {
                // It was emptied meanwhile.
                return 0;
            }

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

        return first;
    }

    /// <summary>Passes on everything from here to the present end, and what is added meanwhile.</summary>
    public static void Copy(SafeFileHandle log, long from, Action<ReadOnlySpan<byte>> sink)
    {
        var buffer = new byte[BlockSize];
        var position = from;
        for (int read; (read = RandomAccess.Read(log, buffer, position)) > 0;)
        {
            sink(buffer.AsSpan(0, read));
            position += read;
        }
    }
}
