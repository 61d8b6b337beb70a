using DurableQueue.Processes.Running;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Logs;

/// <summary>Reads a log that another process may be writing or truncating, one block at a time.</summary>
internal static class LogFile
{
    public const int BlockSize = 64 * 1024;

    public static SafeFileHandle Open(string path) => GuardedFile.OpenToRead(path);

    /// <summary>Reads until the buffer is full or the log ends.</summary>
    /// <returns>The number of bytes read.</returns>
    public static int ReadFully(SafeFileHandle log, Span<byte> buffer, long from)
    {
        var count = 0;
        for (int read; count < buffer.Length && (read = RandomAccess.Read(log, buffer[count..], from + count)) > 0;)
        {
            count += read;
        }

        return count;
    }

    /// <summary>Finds where the last lines begin. An unfinished line counts.</summary>
    /// <param name="log">The log.</param>
    /// <param name="lines">The number of lines.</param>
    /// <param name="mostBytes">The limit in bytes, however long the lines are.</param>
    /// <param name="before">Where the last line ends; <see langword="null"/> means the end of the log.</param>
    public static long StartOfLast(SafeFileHandle log, int lines, long mostBytes = long.MaxValue, long? before = null)
    {
        var end = before ?? RandomAccess.GetLength(log);
        if (lines == 0)
        {
            return end;
        }

        var buffer = new byte[BlockSize];
        var first = mostBytes < end ? end - mostBytes : 0;

        // The line end of the last line does not begin another one.
        var left = lines + 1;
        for (var position = end; position > first;)
        {
            var start = Math.Max(first, position - BlockSize);
            var block = buffer.AsSpan(0, (int)(position - start));
            if (RandomAccess.Read(log, block, start) < block.Length)
            {
                // The file was truncated meanwhile.
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

    /// <summary>Copies everything from here to the end, including what is added meanwhile.</summary>
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
