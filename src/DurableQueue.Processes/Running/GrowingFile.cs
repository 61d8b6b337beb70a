using DurableQueue.Processes.Linux;
using DurableQueue.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Running;

/// <summary>
/// Reads a growing file from the last position. Starts again if the file was truncated, even if it has grown past that position since, or if another file has
/// its name. A file whose name is gone is read to its end.
/// </summary>
/// <param name="path">The file; it need not exist yet.</param>
internal sealed class GrowingFile(string path) : IDisposable
{
    /// <summary>The number of bytes before the position that are compared to detect that the file was rewritten.</summary>
    private const int RememberedBytes = 64;

    private byte[] remembered = [];
    private SafeFileHandle? file;

    public string Path => path;

    /// <summary>The position of the next byte to read.</summary>
    public long Position { get; private set; }

    /// <summary>How often reading started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>Starts at this position instead of the first byte.</summary>
    public void StartAt(long position)
    {
        if (TryOpen())
        {
            Position = position;
            var before = new byte[(int)Math.Min(RememberedBytes, position)];
            remembered = before[..RandomAccess.Read(file!, before, position - before.Length)];
        }
    }

    /// <summary>Opens the file.</summary>
    /// <returns><see langword="null"/> if it does not exist yet.</returns>
    public SafeFileHandle? Open() => TryOpen() ? file : null;

    /// <summary>Whether the byte before the position is this one.</summary>
    public bool EndsWith(byte value) => remembered is [.., var last] && last == value;

    /// <summary>The last bytes before a position that was read; fewer if the file has been cut since.</summary>
    public byte[] ReadBack(long end, int most)
    {
        if (!TryOpen())
        {
            return [];
        }

        var bytes = new byte[(int)Math.Min(most, end)];
        return bytes[..RandomAccess.Read(file!, bytes, end - bytes.Length)];
    }

    /// <returns>The number of bytes read; 0 if there is nothing new.</returns>
    public int Read(Span<byte> buffer)
    {
        if (!TryOpen())
        {
            return 0;
        }

        if (!IsWhatWasRead())
        {
            Restart();
        }

        var count = RandomAccess.Read(file!, buffer, Position);
        if (count == 0 && WasReplaced())
        {
            file!.Dispose();
            file = null;
            Restart();
            return TryOpen() ? Read(buffer) : 0;
        }

        Position += count;
        Remember(buffer[..count]);
        return count;
    }

    public void Dispose() => file?.Dispose();

    private bool IsWhatWasRead()
    {
        if (RandomAccess.GetLength(file!) < Position)
        {
            return false;
        }

        Span<byte> now = stackalloc byte[RememberedBytes];
        now = now[..remembered.Length];
        return RandomAccess.Read(file!, now, Position - now.Length) == now.Length && now.SequenceEqual(remembered);
    }

    private void Restart()
    {
        (Position, remembered) = (0, []);
        Restarts++;
    }

    private void Remember(ReadOnlySpan<byte> read)
    {
        if (read.Length >= RememberedBytes)
        {
            remembered = read[^RememberedBytes..].ToArray();
        }
        else if (!read.IsEmpty)
        {
            byte[] all = [.. remembered, .. read];
            remembered = all.Length > RememberedBytes ? all[^RememberedBytes..] : all;
        }
    }

    private bool WasReplaced() =>
        OperatingSystem.IsLinux()
        && FileStatus.Of(path) is { } named
        && FileStatus.Of(file!) is { } opened
        && named.Identity != opened.Identity;

    private bool TryOpen()
    {
        if (file is null)
        {
            try
            {
                file = GuardedFile.OpenToRead(path);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return false;
            }
        }

        return true;
    }
}
