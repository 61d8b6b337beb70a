using System.Globalization;
using System.Text;

namespace DurableQueue.Processes.Running;

/// <summary>Reads the lines of a growing file. An incomplete line is dropped when the file is truncated or replaced.</summary>
/// <param name="path">The file; it need not exist yet.</param>
/// <param name="name">The prefix of its lines' positions.</param>
internal sealed class LineReader(string path, string name) : IDisposable
{
    /// <summary>Longer lines are split.</summary>
    private const int LongestLine = 64 * 1024;

    private readonly GrowingFile file = new(path);
    private byte[] rest = [];
    private byte[] buffer = [];

    /// <summary>Whether the last read reached its limit.</summary>
    public bool MayHaveMore { get; private set; }

    /// <param name="most">The maximum number of bytes to read.</param>
    /// <param name="atEnd">Whether the file is complete: what follows the last line end is then a line too.</param>
    public IReadOnlyList<OutputLine> Read(int most, bool atEnd)
    {
        if (buffer.Length < most)
        {
            buffer = new byte[most];
        }

        var restarts = file.Restarts;
        var count = file.Read(buffer.AsSpan(0, most));
        if (file.Restarts != restarts)
        {
            rest = [];
        }

        MayHaveMore = count == most;
        var lines = new List<OutputLine>();
        var start = file.Position - count - rest.Length;
        ReadOnlySpan<byte> open = [.. rest, .. buffer.AsSpan(0, count)];
        var source = file.Restarts == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}.{file.Restarts}.");
        while (true)
        {
            var end = open.IndexOf((byte)'\n');
            var skip = 1;
            if (end < 0 && (open.Length > LongestLine || (atEnd && !MayHaveMore && open.Length > 0)))
            {
                (end, skip) = (CutAt(open), 0);
            }

            if (end < 0)
            {
                break;
            }

            var text = Encoding.UTF8.GetString(open[..end]).TrimEnd('\r');
            lines.Add(new OutputLine(text, string.Create(CultureInfo.InvariantCulture, $"{source}{start}")));
            start += end + skip;
            open = open[(end + skip)..];
        }

        rest = open.ToArray();
        return lines;
    }

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
