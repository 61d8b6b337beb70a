using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Sqlite;

/// <summary>
/// Files that are created beside a queue file belong to the owner of the queue file, also if root creates them. SQLite does the same for its log and its shared
/// memory.
/// </summary>
internal static partial class SideFile
{
    private const int ReadAndWrite = 0x1B6;

    public static uint User => OperatingSystem.IsWindows() ? 0 : EffectiveUser();

    /// <summary>Gives a new file the owner and group of the queue file, if this process may.</summary>
    public static void TakeOwner(SafeFileHandle file, FileStatus? queueFile)
    {
        if (queueFile is { } queue && User == 0)
        {
            _ = SetOwner(file, queue.Owner, queue.Group);
        }
    }

    /// <summary>Gives the new file the permissions of the queue file.</summary>
    public static void TakePermissions(SafeFileHandle file, FileStatus? queueFile)
    {
        if (queueFile is { } queue)
        {
            _ = SetMode(file, queue.Permissions & ReadAndWrite);
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "fchmod")]
    private static partial int SetMode(SafeFileHandle descriptor, int mode);

    [LibraryImport("libc", EntryPoint = "fchown")]
    private static partial int SetOwner(SafeFileHandle descriptor, uint owner, uint group);
}
