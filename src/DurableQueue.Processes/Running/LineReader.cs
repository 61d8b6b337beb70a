using System.Text;

namespace DurableQueue.Processes.Running;

/// <summary>
/// Reads the lines of a growing file. A carriage return ends a line too: a program that repaints its line writes one each time. An incomplete line is dropped
/// when the file is truncated or replaced.
/// </summary>
/// <param name="path">The file; it need not exist yet.</param>
internal sealed class LineReader(string path) : IDisposable
{
    /// <summary>Longer lines are split.</summary>
    private const int LongestLine = 64 * 1024;

    private readonly GrowingFile file = new(path);
    private byte[] rest = [];
    private byte[] buffer = [];
    private bool skipsLineFeed;

    /// <summary>Whether the last read reached its limit.</summary>
    public bool MayHaveMore { get; private set; }

    /// <summary>What the last read read.</summary>
    public ReadOnlyMemory<byte> Fresh { get; private set; }

    /// <summary>The position behind what was read.</summary>
    public long Position => file.Position;

    /// <summary>How often the file has begun anew.</summary>
    public int Generation => file.Restarts;

    /// <summary>What follows the last line end.</summary>
    public OutputLine Open
    {
        get
        {
            var text = rest.AsSpan();
            return new OutputLine(Encoding.UTF8.GetString(text[..Utf8Cut.WholeLength(text)]), Generation, Position - rest.Length, Position, IsOpen: true);
        }
    }

    /// <summary>Starts at this position instead of the first byte.</summary>
    public void StartAt(long position)
    {
        file.StartAt(position);
        skipsLineFeed = file.EndsWith((byte)'\r');
    }

    /// <param name="most">The maximum number of bytes to read.</param>
    /// <param name="atEnd">Whether the file is complete: what follows the last line end is then a line too.</param>
    public IReadOnlyList<OutputLine> Read(int most, bool atEnd)
    {
        if (buffer.Length < most)
        {
            buffer = new byte[most];
        }

        var generation = file.Restarts;
        var count = file.Read(buffer.AsSpan(0, most));
        if (file.Restarts != generation)
        {
            (rest, skipsLineFeed) = ([], false);
        }

        MayHaveMore = count == most;
        Fresh = buffer.AsMemory(0, count);
        var lines = new List<OutputLine>();
        var start = file.Position - count - rest.Length;
        ReadOnlySpan<byte> open = [.. rest, .. Fresh.Span];
        while (!open.IsEmpty)
        {
            if (skipsLineFeed && open[0] == '\n')
            {
                open = open[1..];
                start++;
                skipsLineFeed = false;
                continue;
            }

            skipsLineFeed = false;
            var end = open.IndexOfAny((byte)'\n', (byte)'\r');
            var skip = 1;
            if (end < 0 && (open.Length > LongestLine || (atEnd && !MayHaveMore)))
            {
                (end, skip) = (CutAt(open), 0);
            }

            if (end < 0)
            {
                break;
            }

            skipsLineFeed = skip > 0 && open[end] == '\r';
            lines.Add(new OutputLine(Encoding.UTF8.GetString(open[..end]), file.Restarts, start, start + end + skip));
            start += end + skip;
            open = open[(end + skip)..];
        }

        rest = open.ToArray();
        return lines;
    }

    /// <summary>The last bytes before a position that was read.</summary>
    public ReadOnlySpan<byte> ReadBack(long end, int most) => file.ReadBack(end, most);

    public void Dispose() => file.Dispose();

    /// <summary>Never within a UTF-8 character, whose bytes after the first begin with 10.</summary>
    private static int CutAt(ReadOnlySpan<byte> line)
    {
        var cut = Math.Min(line.Length, LongestLine);
        for (var back = 0; back < 4 && cut < line.Length; back++)
        {
            if ((line[cut - back] & 0xC0) != 0x80)
            {
                return cut - back;
            }
        }

        return cut;
    }
}
