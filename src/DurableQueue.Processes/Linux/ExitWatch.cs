using System.Runtime.InteropServices;

namespace DurableQueue.Processes.Linux;

/// <summary>
/// Waits for the end of any number of processes with one thread that sleeps in the kernel, and collects those that are children.
/// </summary>
internal sealed class ExitWatch(TimeProvider time) : IDisposable
{
    /// <summary>The period for kernels without process descriptors (before Linux 5.3, some sandboxes).</summary>
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(20);

    private const int EventBytes = 12;
    private const int MostEvents = 64;

    private readonly Lock sync = new();
    private readonly Dictionary<int, (int Pid, TaskCompletionSource<int?> Ended)> watched = [];
    private int epoll = -1;
    private int wake = -1;
    private bool disposed;

    /// <param name="pid">A process that is running, or has ended and was not collected.</param>
    /// <param name="startedAt">When it started, if it is not a child: a later process with the same number is then not waited for.</param>
    /// <returns>The status from <c>waitpid</c>; <see langword="null"/> if it is not our child, or another process has its number.</returns>
    public Task<int?> WatchAsync(int pid, long? startedAt = null)
    {
        var descriptor = Native.OpenPidfd(pid);
        if (descriptor < 0)
        {
            return PollAsync(pid, startedAt);
        }

        // The descriptor stays with the process that it was opened for, so checking after opening is safe.
        if (startedAt is { } expected && ProcessStat.Read(pid)?.StartedAt != expected)
        {
            _ = Native.Close(descriptor);
            return Task.FromResult<int?>(null);
        }

        var ended = new TaskCompletionSource<int?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (sync)
        {
            ObjectDisposedException.ThrowIf(disposed, typeof(ExitWatch));
            Start();
            watched.Add(descriptor, (pid, ended));
            Add(descriptor);
        }

        return ended.Task;
    }

    /// <summary>Whether the end of the process is being waited for.</summary>
    public bool IsWatched(int pid)
    {
        lock (sync)
        {
            return watched.Values.Any(process => process.Pid == pid);
        }
    }

    /// <summary>Ends all waits with <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        lock (sync)
        {
            if (!disposed && epoll >= 0)
            {
                Wake();
            }

            disposed = true;
        }
    }

    private void Start()
    {
        if (epoll >= 0)
        {
            return;
        }

        epoll = Require(Native.CreateEpoll(Native.EpollCloseOnExec));
        wake = Require(Native.CreateEvent(0, Native.OpenCloseOnExec));
        Add(wake);
        new Thread(Run) { IsBackground = true, Name = "DurableQueue exits" }.Start();
    }

    private unsafe void Wake()
    {
        var one = 1UL;
        _ = Native.Write(wake, (byte*)&one, sizeof(ulong));
    }

    private unsafe void Add(int descriptor)
    {
        // The kernel's layout: packed on x64; elsewhere the number is four bytes later.
        var what = stackalloc byte[16];
        *(uint*)what = Native.EpollIn;
        *(long*)(what + DataOffset) = descriptor;
        _ = Require(Native.ControlEpoll(epoll, Native.EpollAdd, descriptor, what));
    }

    private unsafe void Remove(int descriptor)
    {
        var nothing = stackalloc byte[16];
        _ = Native.ControlEpoll(epoll, Native.EpollDelete, descriptor, nothing);
    }

    private unsafe void Run()
    {
        var size = DataOffset + sizeof(long);
        var events = stackalloc byte[16 * MostEvents];
        while (true)
        {
            var count = Native.WaitEpoll(epoll, events, MostEvents, -1);
            for (var i = 0; i < count; i++)
            {
                var descriptor = (int)*(long*)(events + (i * size) + DataOffset);
                if (descriptor == wake)
                {
                    Abandon();
                }
                else
                {
                    End(descriptor);
                }
            }

            if (TryClose())
            {
                return;
            }
        }
    }

    private static int DataOffset => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? EventBytes - sizeof(long) : sizeof(long);

    private void End(int descriptor)
    {
        (int Pid, TaskCompletionSource<int?> Ended) process;
        lock (sync)
        {
            if (!watched.Remove(descriptor, out process))
            {
                return;
            }
        }

        // A child that is just being started has a copy of the descriptor until its exec. Closing only ours would keep it watched under a number that is soon
        // used again.
        Remove(descriptor);
        _ = Native.Close(descriptor);
        process.Ended.TrySetResult(Collect(process.Pid));
    }

    /// <summary>Ends all waits. Running children are still watched to their end, because children that are not collected stay as zombies.</summary>
    private void Abandon()
    {
        Remove(wake);
        lock (sync)
        {
            foreach (var (_, ended) in watched.Values)
            {
                ended.TrySetException(new ObjectDisposedException(nameof(ExitWatch)));
            }
        }
    }

    private bool TryClose()
    {
        lock (sync)
        {
            if (!disposed || watched.Count > 0)
            {
                return false;
            }

            _ = Native.Close(wake);
            _ = Native.Close(epoll);
            return true;
        }
    }

    private static int? Collect(int pid) => Native.WaitPid(pid, out var status, Native.WaitNoHang) == pid ? status : null;

    private async Task<int?> PollAsync(int pid, long? startedAt)
    {
        while (ProcessStat.Read(pid) is { HasEnded: false } stat && (startedAt is null || stat.StartedAt == startedAt))
        {
            await Task.Delay(ProbePeriod, time).ConfigureAwait(false);
        }

        return Collect(pid);
    }

    private static int Require(int result) => result >= 0
        ? result
        : throw new InvalidOperationException($"The kernel does not allow waiting for processes: error {Marshal.GetLastPInvokeError()}.");
}
