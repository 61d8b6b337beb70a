using System.Globalization;
using System.Text;

namespace DurableQueue.Processes.Running;

/// <summary>Reads the lines of a file that grows.</summary>
/// <param name="path">The file; it need not be there yet.</param>
/// <param name="name">Stands before the places of its lines.</param>
internal sealed class LineReader(string path, string name)
{
    /// <summary>What is longer counts as several lines.</summary>
    private const int LongestLine = 64 * 1024;

    private byte[] rest = [];
    private long position;

    /// <summary>The last reading found as much as it was to read at most.</summary>
    public bool MayHaveMore { get; private set; }

    /// <param name="most">How many bytes to read at most.</param>
    /// <param name="atEnd">The file grows no more: what stands behind the last line end is a line too.</param>
    public IReadOnlyList<OutputLine> Read(int most, bool atEnd)
    {
        var bytes = ReadBytes(most);
        MayHaveMore = bytes.Length == most;
        var lines = new List<OutputLine>();
        var start = position - rest.Length;
        position += bytes.Length;
        ReadOnlySpan<byte> open = [.. rest, .. bytes];
        while (true)
        {
            var end = open.IndexOf((byte)'\n');
            var skip = 1;
            if (end < 0 && (open.Length >= LongestLine || (atEnd && !MayHaveMore && open.Length > 0)))
            {
                (end, skip) = (Math.Min(open.Length, LongestLine), 0);
            }

            if (end < 0)
            {
                break;
            }

            var text = Encoding.UTF8.GetString(open[..end]).TrimEnd('\r');
            lines.Add(new OutputLine(text, string.Create(CultureInfo.InvariantCulture, $"{name}{start}")));
            start += end + skip;
            open = open[(end + skip)..];
        }

        rest = open.ToArray();
        return lines;
    }

    private byte[] ReadBytes(int most)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            file.Position = position;
            var buffer = new byte[most];
            var count = file.ReadAtLeast(buffer, most, throwOnEndOfStream: false);
            return buffer[..count];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }
}
