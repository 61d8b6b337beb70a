using System.Runtime.InteropServices;

namespace DurableQueue.Cli.Output;

/// <summary>
/// Standard output, which tells by an exception of its own that nobody reads it any more. The console's own stream keeps that to itself, and a stream
/// over the file descriptor would write at places of its own instead of the file's.
/// </summary>
internal sealed partial class StandardOutput : Stream
{
    private const int BrokenPipe = 32;
    private const int Interrupted = 4;

    private readonly Stream console = Console.OpenStandardOutput();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (OperatingSystem.IsLinux() && buffer.Length > 0)
        {
            var written = (int)WriteTo(1, buffer, buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[written..];
            }
            else if (Marshal.GetLastPInvokeError() == BrokenPipe)
            {
                throw new OutputClosedException();
            }
            else if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                break;
            }
        }

        // Elsewhere; and what is rare here, such as a descriptor that does not wait, the runtime knows how to handle.
        if (buffer.Length > 0)
        {
            console.Write(buffer);
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteTo(int descriptor, ReadOnlySpan<byte> buffer, nint count);
}
