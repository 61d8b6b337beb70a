using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Logs;

/// <summary>Reads what is new in a growing log.</summary>
internal sealed class LogTail(string path) : IDisposable
{
    private readonly GrowingFile file = new(path);
    private readonly byte[] buffer = new byte[LogFile.BlockSize];

    /// <summary>Starts with the last lines instead of the first byte.</summary>
    public void StartAtLast(int lines)
    {
        if (file.Open() is { } opened)
        {
            file.StartAt(LogFile.StartOfLast(opened, lines));
        }
    }

    public void Read(Action<ReadOnlySpan<byte>> sink)
    {
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            sink(buffer.AsSpan(0, read));
        }
    }

    public void Dispose() => file.Dispose();
}
