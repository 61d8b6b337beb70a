using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Running;

/// <summary>One of the files of a command's output, as its watch reads it.</summary>
/// <param name="index">0 for standard output, 1 for standard error.</param>
/// <param name="path">The file.</param>
/// <param name="time">Tells how long it has been quiet.</param>
internal sealed class WatchedFile(int index, string path, TimeProvider time) : IDisposable
{
    private const int MostAtOnce = 64 * 1024;

    /// <summary>A line without an end, such as a prompt, counts when nothing has followed for this long.</summary>
    private static readonly TimeSpan OpenLineTime = TimeSpan.FromMilliseconds(500);

    private readonly LineReader reader = new(path);
    private long readAt = time.GetTimestamp();
    private long openTakenAt = -1;

    public int Index => index;

    public string Path => path;

    public LineReader Reader => reader;

    public TimeSpan Quiet => time.GetElapsedTime(readAt);

    public IReadOnlyList<OutputLine> Read(bool atEnd)
    {
        var lines = reader.Read(MostAtOnce, atEnd);
        if (!reader.Fresh.IsEmpty)
        {
            readAt = time.GetTimestamp();
        }

        return lines;
    }

    /// <summary>The line without an end, once, if nothing has followed it for some time.</summary>
    public bool TryTakeOpen(out OutputLine line)
    {
        line = default;
        if (openTakenAt == reader.Position || Quiet < OpenLineTime)
        {
            return false;
        }

        openTakenAt = reader.Position;
        line = reader.Open;
        return line.Text.Length > 0;
    }

    /// <summary>The last lines before a position.</summary>
    public string TailAt(long end, Func<string, string> hide)
    {
        var bytes = reader.ReadBack(end, OutputTail.Window);
        return OutputTail.Of(bytes, bytes.Length == end, hide);
    }

    public void Dispose() => reader.Dispose();
}
