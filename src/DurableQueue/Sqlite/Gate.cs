using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Sqlite;

/// <summary>
/// The lock between the processes (and between the queues of one process) that write one file. The kernel keeps it: it is
/// fair to those who wait, and free as soon as its holder dies. SQLite's own locks stay what protects the data.
/// </summary>
internal sealed partial class Gate : IDisposable
{
    private readonly SafeFileHandle handle;

    public Gate(string path) => handle = Open(path);

    /// <summary>Takes the gate if nobody holds it.</summary>
    public bool TryEnter() => OperatingSystem.IsWindows() ? WindowsLock(wait: false) : UnixLock(LockExclusive | LockNonBlocking);

    /// <summary>Waits in the kernel's queue until the gate is free, and takes it.</summary>
    public void Enter()
    {
        var taken = OperatingSystem.IsWindows() ? WindowsLock(wait: true) : UnixLock(LockExclusive);
        if (!taken)
        {
            throw new QueueStorageException(QueueStorageError.InputOutput, "The lock file of the queue could not be locked.");
        }
    }

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

    /// <summary>Whether the file it locks has lost its name: others would make, and lock, another one. Known on Linux only.</summary>
    public bool IsRemoved() =>
        OperatingSystem.IsLinux() && new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget?.EndsWith(" (deleted)", StringComparison.Ordinal) == true;

    public void Dispose() => handle.Dispose();

    private static SafeFileHandle Open(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }

        // Not File.OpenHandle: on Unix it takes a lock of its own with the same call, and refuses a file that somebody has locked.
        // The descriptor must not reach child processes: a child would go on holding the lock of a killed parent.
        var descriptor = OperatingSystem.IsMacOS() ? CreateOnMac(path) : OpenOnLinux(path, OpenReadWrite | OpenCreate | OpenCloseOnExec, OwnerOnly);
        if (descriptor < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new QueueStorageException(
                QueueStorageError.CannotOpen, $"The lock file {path} cannot be opened ({Marshal.GetPInvokeErrorMessage(error)}).", new Win32Exception(error));
        }

        return new SafeFileHandle(descriptor, ownsHandle: true);
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
    private const int OpenCloseOnExec = 0x80000;
    private const int OwnerOnly = 0x180;
    private const nuint MacCloseOnExec = 0x20006601;
    private const uint WindowsFailImmediately = 1;
    private const uint WindowsExclusive = 2;

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
