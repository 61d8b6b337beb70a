using System.Runtime.InteropServices;

namespace DurableQueue.Cli.Output;

/// <summary>
/// Standard output that reports by exceptions whether its reader has left or it can't be written. The console's own stream hides the former, and a stream over
/// the file descriptor would keep a position of its own instead of the file's.
/// </summary>
internal sealed partial class StandardOutput : Stream
{
    private const int BrokenPipe = 32;
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const short PollError = 8;
    private const int Descriptor = 1;

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

    /// <summary>Whether the other end of the pipe is closed.</summary>
    public static bool IsClosed
    {
        get
        {
            var poll = new Poll { Descriptor = Descriptor };
            return OperatingSystem.IsLinux() && PollFor(ref poll, 1, 0) > 0 && (poll.Returned & PollError) != 0;
        }
    }

    /// <exception cref="OutputClosedException">The output is no longer read.</exception>
    /// <exception cref="OutputFailedException">The output can't be written.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (OperatingSystem.IsLinux() && buffer.Length > 0)
        {
            var written = (int)WriteTo(Descriptor, buffer, buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[written..];
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    continue;
                case BrokenPipe:
                    throw new OutputClosedException();
                case TryAgain:
                    // A non-blocking descriptor, which is rare here; the runtime can handle it.
                    WriteByRuntime(buffer);
                    return;
                case var error:
                    throw new OutputFailedException(Marshal.GetPInvokeErrorMessage(error));
            }
        }

        WriteByRuntime(buffer);
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void WriteByRuntime(ReadOnlySpan<byte> buffer)
    {
        try
        {
            console.Write(buffer);
        }
        catch (IOException e)
        {
            throw new OutputFailedException(e.Message.TrimEnd('.'));
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteTo(int descriptor, ReadOnlySpan<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollFor(ref Poll polled, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct Poll
    {
        public int Descriptor;
        public short Asked;
        public short Returned;
    }
}
