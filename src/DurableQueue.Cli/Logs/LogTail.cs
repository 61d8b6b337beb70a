namespace DurableQueue.Cli.Logs;

/// <summary>One growing log: gives what is new each time it is asked.</summary>
internal sealed class LogTail(string path) : IDisposable
{
    private FileStream? file;
    private long position;

    public string Path => path;

    /// <summary>Begins with the last lines instead of the first byte.</summary>
    public void StartAtLast(int lines)
    {
        if (TryOpen())
        {
            position = LogFile.StartOfLast(file!, lines);
        }
    }

    public void Read(Action<ReadOnlySpan<byte>> sink)
    {
        if (TryOpen())
        {
            position += LogFile.Copy(file!, position, sink);
        }
    }

    public void Dispose() => file?.Dispose();

    private bool TryOpen()
    {
        if (file is null && File.Exists(path))
        {
            file = LogFile.Open(path);
        }

        return file is not null;
    }
}
