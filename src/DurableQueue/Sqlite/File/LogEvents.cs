using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Sqlite;

/// <summary>
/// Waits until the write-ahead log is written, by whatever program, or until a time is over. The kernel reports writes (inotify on Linux); where it does
/// not, each wait takes its whole time.
/// </summary>
/// <param name="logPath">The log. It may be replaced between two calls of <see cref="Arm"/>.</param>
/// <param name="isWanted">Whether to ask the kernel at all.</param>
/// <param name="logger">Gets one message if the kernel refuses.</param>
/// <remarks>A write is reported before it is synced, and once: after it the log costs its writers nothing until <see cref="Arm"/> is called again.</remarks>
internal sealed partial class LogEvents(string logPath, bool isWanted, ILogger logger) : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const uint Modified = 2;
    private const uint Once = 0x80000000;
    private const int BufferSize = 1_024;

    private readonly Lock sync = new();
    private readonly ManualResetEvent stopped = new(false);
    private SafeFileHandle? writes;
    private SafeFileHandle? stop;
    private volatile bool isStopped;
    private bool isOpen;
    private bool isDeaf;

    public bool IsStopped => isStopped;

    /// <summary>
    /// Lets the next write end a <see cref="Wait(TimeSpan)"/>. Read after this call whatever must not be missed: earlier writes are forgotten.
    /// </summary>
    public void Arm()
    {
        OpenOnce();
        if (writes is null)
        {
            return;
        }

        Span<byte> told = stackalloc byte[BufferSize];
        _ = Read(writes, told, BufferSize);
        if (AddWatch(writes, logPath, Modified | Once) < 0)
        {
            GoDeaf();
        }
    }

    /// <summary>Waits for a write, for the end of the time, or for <see cref="Stop"/>.</summary>
    /// <returns>Whether the log was written since <see cref="Arm"/>.</returns>
    public bool Wait(TimeSpan most) => Wait(most, listens: true);

    /// <summary>Waits without regard to writes, for the end of the time or for <see cref="Stop"/>.</summary>
    /// <returns>Whether <see cref="Stop"/> was called.</returns>
    public bool Pause(TimeSpan time)
    {
        Wait(time, listens: false);
        return IsStopped;
    }

    /// <summary>Ends the current wait, and all later ones.</summary>
    public void Stop()
    {
        lock (sync)
        {
            isStopped = true;
            stopped.Set();
            if (stop is not null)
            {
                _ = Write(stop, 1, sizeof(ulong));
            }
        }
    }

    public void Dispose()
    {
        writes?.Dispose();
        stop?.Dispose();
        stopped.Dispose();
    }

    private bool Wait(TimeSpan most, bool listens)
    {
        if (writes is null)
        {
            stopped.WaitOne(most);
            return false;
        }

        Span<PolledFile> files = [new(stop!), new(writes)];
        var time = new KernelTime(most);

        // A signal may end it early, which costs its caller one read.
        _ = Poll(files, (nuint)(listens ? 2 : 1), time, 0);
        return files[1].IsReadable;
    }

    /// <summary>Most queues never wait for others: they need no descriptors, of which a user may have few of this kind.</summary>
    private void OpenOnce()
    {
        if (isOpen || !isWanted || !OperatingSystem.IsLinux())
        {
            return;
        }

        isOpen = true;
        lock (sync)
        {
            stop = Own(CreateEvent(isStopped ? 1u : 0, CloseOnExec));
            writes = stop is null ? null : Own(CreateInotify(CloseOnExec | NonBlocking));
        }
    }

    private SafeFileHandle? Own(int descriptor)
    {
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        GoDeaf();
        return null;
    }

    private void GoDeaf()
    {
        if (!isDeaf)
        {
            isDeaf = true;
            LogNotWatched(logger, Marshal.GetLastPInvokeErrorMessage());
        }
    }

    [LoggerMessage(108, LogLevel.Debug, "The system does not tell of writes to the write-ahead log ({Error}); commits of other processes are noticed by polling")]
    private static partial void LogNotWatched(ILogger logger, string error);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int CreateEvent(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int CreateInotify(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddWatch(SafeFileHandle inotify, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle descriptor, Span<byte> buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle descriptor, in ulong number, nuint length);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    private static partial int Poll(Span<PolledFile> files, nuint count, in KernelTime most, nint signals);

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PolledFile(SafeFileHandle file)
    {
        private const short Readable = 1;

        private readonly int descriptor = (int)file.DangerousGetHandle();
        private readonly short wanted = Readable;
        private short found = 0;

        public readonly bool IsReadable => (found & Readable) != 0;
    }

    /// <summary><c>struct timespec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct KernelTime(TimeSpan time)
    {
        private readonly nint seconds = (nint)(time.Ticks / TimeSpan.TicksPerSecond);
        private readonly nint nanoseconds = (nint)(time.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick);
    }
}
