using System.Text;
using DurableQueue.Processes.Logs;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Cli.Logs;

/// <summary>A view of a log that can be scrolled and searched. However long the log and its lines are, only what is shown is read.</summary>
internal sealed class LogWindow
{
    /// <summary>The longest piece of a line that is read: a progress bar may never end its line.</summary>
    private const int LongestLine = 64 * 1024;

    /// <summary>How far one search goes.</summary>
    private const long MostSearched = 256L * 1024 * 1024;

    private string? path;

    /// <summary>Where the first line begins; <see langword="null"/> while the end is followed.</summary>
    private long? top;

    /// <summary>Where the text was found, as long as the view stays there.</summary>
    private (string Text, long Position)? match;

    /// <summary>Follows the end again.</summary>
    public void Follow() => (top, match) = (null, null);

    public void ToStart() => (top, match) = (0, null);

    /// <summary>Reads the lines in view.</summary>
    /// <param name="file">The log; another one than before is shown from its end.</param>
    /// <param name="attempt">The attempt whose log it is.</param>
    /// <param name="rows">How many lines are in view.</param>
    /// <param name="by">How many lines to scroll first; negative towards the beginning.</param>
    /// <returns><see langword="null"/> if there is no such file.</returns>
    public LogPage? Read(string? file, int attempt, int rows, int by = 0)
    {
        if (path != file)
        {
            (path, top, match) = (file, null, null);
        }

        if (by != 0)
        {
            match = null;
        }

        using var log = TryOpen(file);
        if (log is null)
        {
            return null;
        }

        var length = RandomAccess.GetLength(log);
        var last = LogFile.StartOfLast(log, rows, (long)rows * LongestLine);
        var from = top is { } first && first <= length ? first : last;
        if (by < 0)
        {
            from = LogFile.StartOfLast(log, -by, -by * (long)LongestLine, from);
        }
        else if (by > 0)
        {
            from = ReadLines(log, from, by).End;
        }

        // At the end there is nothing to scroll to: it is followed.
        top = from >= last ? null : from;
        from = top ?? last;
        var (lines, end) = ReadLines(log, from, rows);
        return new LogPage(attempt, lines) { From = from, Percent = top is null ? null : (int)(100 * end / Math.Max(1, length)) };
    }

    /// <summary>Searches for a text, in bytes, and scrolls to its line. The same text again is searched from where it was found.</summary>
    /// <param name="file">The log.</param>
    /// <param name="text">The text.</param>
    /// <param name="page">What is in view; the search begins beside its first line.</param>
    /// <param name="upwards">Towards the beginning.</param>
    /// <returns>Whether it was found.</returns>
    public bool Find(string? file, string text, LogPage? page, bool upwards)
    {
        using var log = TryOpen(file);
        if (log is null || text.Length == 0)
        {
            return false;
        }

        var needle = Encoding.UTF8.GetBytes(text);
        var from = page?.From ?? 0;

        long? last = match is { } known && known.Text == text ? known.Position : null;

        // Followed from its end, the log is searched as a whole, with what is in view.
        var found = upwards
            ? FindLast(log, needle, last ?? (top is null ? RandomAccess.GetLength(log) : from))
            : FindFirst(log, needle, last + 1 ?? ReadLines(log, from, 1).End);
        if (found is { } position)
        {
            match = (text, position);
            top = LogFile.StartOfLast(log, 1, LongestLine, position + 1);
        }

        return found is not null;
    }

    private static long? FindFirst(SafeFileHandle log, byte[] needle, long from)
    {
        var buffer = new byte[LogFile.BlockSize + needle.Length];
        for (var position = from; position < from + MostSearched; position += LogFile.BlockSize)
        {
            var count = RandomAccess.Read(log, buffer, position);
            if (buffer.AsSpan(0, count).IndexOf(needle) is >= 0 and var index)
            {
                return position + index;
            }

            if (count <= LogFile.BlockSize)
            {
                break;
            }
        }

        return null;
    }

    private static long? FindLast(SafeFileHandle log, byte[] needle, long before)
    {
        var buffer = new byte[LogFile.BlockSize + needle.Length];
        for (var end = before; end > Math.Max(0, before - MostSearched);)
        {
            var start = Math.Max(0, end - LogFile.BlockSize);

            // A match that begins in this block may end in the one behind it, but not behind the end.
            var count = RandomAccess.Read(log, buffer.AsSpan(0, (int)Math.Min(buffer.Length, before - start)), start);
            if (buffer.AsSpan(0, count).LastIndexOf(needle) is >= 0 and var index)
            {
                return start + index;
            }

            end = start;
        }

        return null;
    }

    /// <summary>Reads lines, of which a very long one may be several.</summary>
    private static (List<string> Lines, long End) ReadLines(SafeFileHandle log, long from, int count)
    {
        var lines = new List<string>(count);
        var buffer = new byte[LongestLine];
        var position = from;
        while (lines.Count < count)
        {
            var read = RandomAccess.Read(log, buffer, position);
            if (read == 0)
            {
                break;
            }

            var block = buffer.AsSpan(0, read);
            var end = block.IndexOf((byte)'\n');
            if (end < 0)
            {
                lines.Add(Encoding.UTF8.GetString(block));
                position += read;
            }

            for (; end >= 0 && lines.Count < count; end = block.IndexOf((byte)'\n'))
            {
                lines.Add(Encoding.UTF8.GetString(block[..end]));
                block = block[(end + 1)..];
                position += end + 1;
            }
        }

        return (lines, position);
    }

    private static SafeFileHandle? TryOpen(string? file)
    {
        try
        {
            return file is not null && File.Exists(file) ? LogFile.Open(file) : null;
        }
        catch (FileNotFoundException)
        {
            // It was removed meanwhile.
            return null;
        }
    }
}
