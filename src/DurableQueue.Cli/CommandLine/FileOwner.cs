using System.Runtime.InteropServices;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Whose files are: by the number of the user, and by name for messages.</summary>
internal static partial class FileOwner
{
    private const int WorkingDirectory = -100;
    private const int LinkItself = 0x100;
    private const uint Owner = 8 | 16;

    /// <summary>The user that this program acts for.</summary>
    public static uint Me => OperatingSystem.IsWindows() ? 0 : EffectiveUser();

    /// <summary>The user and the group of a file, or of the link itself.</summary>
    /// <returns><see langword="null"/> if there is no such file, or where the system knows no such owners.</returns>
    public static (uint User, uint Group)? Of(string path, bool followLinks = false)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var status = default(Status);
        return ReadStatus(WorkingDirectory, path, followLinks ? 0 : LinkItself, Owner, ref status) == 0 ? (status.User, status.Group) : null;
    }

    /// <summary>Whether another user owns it, or what it is a link to.</summary>
    public static bool IsAnothers(string path) =>
        Of(path) is { } owner && (owner.User != Me || (Of(path, followLinks: true) is { } target && target.User != Me));

    /// <summary>As people know the user.</summary>
    public static string NameOf(uint user)
    {
        var entry = OperatingSystem.IsLinux() ? FindUser(user) : 0;
        return entry != 0 && Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(entry)) is { Length: > 0 } name ? name : $"number {user}";
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    /// <summary>An entry begins with a pointer to the name.</summary>
    [LibraryImport("libc", EntryPoint = "getpwuid")]
    private static partial nint FindUser(uint user);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ReadStatus(int directory, string path, int flags, uint mask, ref Status status);

    /// <summary>The beginning of <c>struct statx</c>, which is the same on every machine.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(20)]
        public uint User;

        [FieldOffset(24)]
        public uint Group;
    }
}
