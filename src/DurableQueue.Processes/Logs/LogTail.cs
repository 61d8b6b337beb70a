using DurableQueue.Processes.Running;

namespace DurableQueue.Processes.Logs;

/// <summary>Reads what is new in a growing log.</summary>
internal sealed class LogTail(string path, int attempt, TaskLogStream stream) : IDisposable
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

    /// <summary>Reads what is new, block by block.</summary>
    public IEnumerable<TaskLogPart> Read()
    {
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            var from = file.Position - read;
            yield return new TaskLogPart
            {
                Attempt = attempt,
                Stream = stream,
                Bytes = buffer.AsSpan(0, read).ToArray(),
                From = from,
                Size = Math.Max(file.Position, RandomAccess.GetLength(file.Open()!)),
            };
        }
    }

    public void Dispose() => file.Dispose();
}
