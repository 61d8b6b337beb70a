using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Sqlite;

/// <summary>
/// The lock between the processes (and between the queues of one process) that write one file. The kernel keeps it: it is
/// fair to those who wait, and free as soon as its holder dies. SQLite's own locks stay what protects the data.
/// </summary>
internal sealed partial class FileLock : IDisposable
{
    private readonly SafeFileHandle handle;

    /// <summary>Opens the lock file, or creates it.</summary>
    /// <param name="path">Its name. A symbolic link is not followed.</param>
    /// <param name="queueFile">The queue file, whose owner and permissions a new lock file gets; <see langword="null"/> where the system doesn't tell.</param>
    public FileLock(string path, FileStatus? queueFile = null)
    {
        handle = Open(path, queueFile);
        Status = FileStatus.Of(handle);
    }

    /// <summary>The file behind the lock, whatever its name leads to by now; <see langword="null"/> where the system doesn't tell.</summary>
    public FileStatus? Status { get; }

    /// <summary>Takes the file lock if it is free.</summary>
    public bool TryEnter() => OperatingSystem.IsWindows() ? WindowsLock(wait: false) : UnixLock(LockExclusive | LockNonBlocking);

    /// <summary>Waits in the kernel's queue until the file lock is free, and takes it.</summary>
    public void Enter()
    {
        var taken = OperatingSystem.IsWindows() ? WindowsLock(wait: true) : UnixLock(LockExclusive);
        if (!taken)
        {
            throw new QueueStorageException(QueueStorageError.InputOutput, "The lock file of the queue could not be locked.");
        }
    }

    /// <summary>Takes the file lock without holding up the caller's thread.</summary>
    /// <exception cref="QueueStorageException">It was not free within the timeout.</exception>
    public async Task EnterAsync(TimeSpan timeout, TimeProvider time)
    {
        try
        {
            await StartEntering().WaitAsync(timeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new QueueStorageException(QueueStorageError.Busy, $"Another process held the queue file longer than the busy timeout of {timeout}.");
        }
    }

    /// <summary>
    /// A wait for the file lock cannot be cancelled. A caller that gives up disposes the file lock; the handle is closed, and the lock with it, when the wait ends.
    /// </summary>
    public Task StartEntering() => TryEnter()
        ? Task.CompletedTask
        : Task.Factory.StartNew(Enter, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Exit()
    {
        if (OperatingSystem.IsWindows())
        {
            var where = default(NativeOverlapped);
            UnlockFileEx(handle, 0, 1, 0, ref where);
        }
        else
        {
            Flock(handle, LockUnlock);
        }
    }

    /// <summary>What stands in the lock file, which is ASCII text if it was written by <see cref="Write"/>.</summary>
    public string Read(int most)
    {
        var bytes = new byte[most];
        return Try(() => Encoding.ASCII.GetString(bytes.AsSpan(0, RandomAccess.Read(handle, bytes, 0))));
    }

    /// <summary>Called by the holder of the lock. Short enough to be written as a whole, or not at all, when the process dies.</summary>
    public void Write(string ascii) => Try(() =>
    {
        RandomAccess.Write(handle, Encoding.ASCII.GetBytes(ascii), 0);
        return true;
    });

    /// <summary>Puts what was written on disk.</summary>
    public void Sync() => Try(() =>
    {
        RandomAccess.FlushToDisk(handle);
        return true;
    });

    public void Dispose() => handle.Dispose();

    private static T Try<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QueueStorageException(QueueStorageError.InputOutput, $"The lock file of the queue could not be used: {e.Message}", e);
        }
    }

    private static SafeFileHandle Open(string path, FileStatus? queueFile)
    {
        if (OperatingSystem.IsWindows())
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }

        // Not File.OpenHandle: on Unix it takes a lock of its own with the same call, and refuses a file that is locked.
        // The descriptor must not reach child processes: a child would keep holding the lock of a killed parent.
        if (OperatingSystem.IsMacOS())
        {
            return Own(CreateOnMac(path), path);
        }

        while (true)
        {
            var existing = OpenOnLinux(path, OpenFlags, 0);
            if (existing >= 0 || Marshal.GetLastPInvokeError() != NoEntry)
            {
                var handle = Own(existing, path);
                RequireOurs(handle, path, queueFile);
                return handle;
            }

            var created = OpenOnLinux(path, OpenFlags | OpenCreate | OpenExclusive, OwnerOnly);
            if (created >= 0 || Marshal.GetLastPInvokeError() != Exists)
            {
                var handle = Own(created, path);
                SideFile.TakePermissions(handle, queueFile);
                SideFile.TakeOwner(handle, queueFile);
                return handle;
            }
        }
    }

    private static SafeFileHandle Own(int descriptor, string path)
    {
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        var error = Marshal.GetLastPInvokeError();
        throw new QueueStorageException(
            QueueStorageError.CannotOpen,
            error == TooManyLinks
                ? $"The lock file {path} is a symbolic link, which is not followed. Remove it."
                : $"The lock file {path} cannot be opened ({Marshal.GetPInvokeErrorMessage(error)}).",
            new Win32Exception(error));
    }

    /// <summary>A file of another owner could be anything: the queue writes to it, and the owner could keep it locked.</summary>
    private static void RequireOurs(SafeFileHandle handle, string path, FileStatus? queueFile)
    {
        if (FileStatus.Of(handle) is not { } status)
        {
            return;
        }

        string? wrong = null;
        if (!status.IsRegularFile || status.Links > 1)
        {
            wrong = "is not a plain file with one name";
        }
        else if (queueFile is { } file && status.Owner != file.Owner && status.Owner != 0 && status.Owner != SideFile.User)
        {
            wrong = $"belongs to user {status.Owner}, the queue file to user {file.Owner}";
        }

        if (wrong is not null)
        {
            handle.Dispose();
            throw new QueueStorageException(QueueStorageError.CannotOpen, $"The lock file {path} {wrong}. Remove it while no process has the queue open.");
        }
    }

    private static int CreateOnMac(string path)
    {
        var descriptor = Creat(path, OwnerOnly);
        if (descriptor >= 0)
        {
            _ = IoctlNoArgument(descriptor, MacCloseOnExec);
        }

        return descriptor;
    }

    private bool UnixLock(int operation)
    {
        while (Flock(handle, operation) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != InterruptedCall)
            {
                return (operation & LockNonBlocking) == 0
                    ? throw new QueueStorageException(
                        QueueStorageError.InputOutput, $"The lock file of the queue could not be locked ({Marshal.GetPInvokeErrorMessage(error)}).")
                    : false;
            }
        }

        return true;
    }

    private bool WindowsLock(bool wait)
    {
        var where = default(NativeOverlapped);
        return LockFileEx(handle, wait ? WindowsExclusive : WindowsExclusive | WindowsFailImmediately, 0, 1, 0, ref where);
    }

    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int LockUnlock = 8;
    private const int InterruptedCall = 4;
    private const int OpenReadWrite = 2;
    private const int OpenCreate = 0x40;
    private const int OpenExclusive = 0x80;
    private const int OpenCloseOnExec = 0x80000;
    private const int NoEntry = 2;
    private const int Exists = 17;
    private const int TooManyLinks = 40;
    private const int OwnerOnly = 0x180;
    private const nuint MacCloseOnExec = 0x20006601;
    private const uint WindowsFailImmediately = 1;
    private const uint WindowsExclusive = 2;

    private static readonly int OpenFlags = OpenReadWrite | OpenCloseOnExec | OpenNoFollow();

    /// <summary>O_NOFOLLOW, which differs between architectures.</summary>
    private static int OpenNoFollow() => RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 or Architecture.Ppc64le ? 0x8000 : 0x20000;

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenOnLinux(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "creat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Creat(string path, int mode);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlNoArgument(int descriptor, nuint request);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool LockFileEx(SafeFileHandle file, uint flags, uint reserved, uint lengthLow, uint lengthHigh, ref NativeOverlapped where);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool UnlockFileEx(SafeFileHandle file, uint reserved, uint lengthLow, uint lengthHigh, ref NativeOverlapped where);
}
