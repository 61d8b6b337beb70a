using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Linux;

/// <summary>
/// Opens descriptors for programs to start. Their numbers are above those that a program is given, so that moving one to its place never overwrites another.
/// All are closed in every program but the one they are meant for.
/// </summary>
internal static class Descriptors
{
    /// <summary>Programs are given numbers below this.</summary>
    public const int First = 10;

    private const uint OwnerOnly = 0x180;

    /// <exception cref="Win32Exception">The file cannot be opened.</exception>
    public static SafeFileHandle Open(string path, int flags)
    {
        var descriptor = Native.Open(path, flags | Native.OpenCloseOnExec, OwnerOnly);
        return descriptor >= 0 ? Lift(descriptor) : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Opens the file of another descriptor again, even if its name has changed.</summary>
    /// <exception cref="Win32Exception">The file cannot be opened.</exception>
    public static SafeFileHandle OpenAgain(SafeFileHandle opened, int flags) =>
        Open(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{NumberOf(opened)}"), flags);

    /// <exception cref="Win32Exception">There are too many open files.</exception>
    public static unsafe (SafeFileHandle Reading, SafeFileHandle Writing) Pipe()
    {
        var ends = stackalloc int[2];
        if (Native.MakePipe(ends, Native.OpenCloseOnExec) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        SafeFileHandle reading;
        try
        {
            reading = Lift(ends[0]);
        }
        catch (Win32Exception)
        {
            _ = Native.Close(ends[1]);
            throw;
        }

        try
        {
            return (reading, Lift(ends[1]));
        }
        catch (Win32Exception)
        {
            reading.Dispose();
            throw;
        }
    }

    public static int NumberOf(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    private static SafeFileHandle Lift(int descriptor)
    {
        if (descriptor >= First)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        var lifted = Native.Control(descriptor, Native.DuplicateCloseOnExec, First);
        var error = Marshal.GetLastPInvokeError();
        _ = Native.Close(descriptor);
        return lifted >= 0 ? new SafeFileHandle(lifted, ownsHandle: true) : throw new Win32Exception(error);
    }
}
